using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Platform;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>Turns feature maps into logits; every kind ends with a linear classifier of each position.</summary>
internal abstract class SegmentationHead : nn.Module, IInitialised
{
    private readonly Parameter weight;
    private readonly Parameter bias;

    /// <param name="name">The name of the kind.</param>
    /// <param name="channels">C, of the map that the classifier sees.</param>
    /// <param name="classes">K</param>
    protected SegmentationHead(string name, int channels, int classes)
        : base(name)
    {
        (Channels, Classes) = (channels, classes);
        weight = Parameters.Empty(classes, channels, 1, 1);
        bias = Parameters.Empty(classes);
    }

    /// <summary>C, of the map that the classifier sees.</summary>
    public int Channels { get; }

    /// <summary>K</summary>
    public int Classes { get; }

    /// <summary>Whether it reads all four stages; otherwise it reads the last map that it is given.</summary>
    public virtual bool ReadsAllStages => false;

    /// <inheritdoc/>
    /// <remarks>The classifier is initialised with N(0, 0.01²), so that all classes are about equally probable at first.</remarks>
    public void Initialise(Func<string, CounterRandom> random)
    {
        weight.Start(StartValues.KaimingFanIn, random("classifier.weight"));       // N(0, 2 / C)
        weight.MultiplyInPlace(0.01 / Math.Sqrt(2.0 / Channels));
        bias.Fill(0);
    }

    /// <summary>Maps (N, Cᵢ, hᵢ, wᵢ) → logits (N, K, h, w), in the type of the input.</summary>
    /// <param name="maps">The stages' maps, the finest first; at least the last one.</param>
    /// <param name="tape">Records the backward pass, or null.</param>
    /// <param name="kept">(N, C, 1, 1): 0 for channels that are dropped, 1 / (1 − p) for the others; null for no dropout.</param>
    public Activation forward(IReadOnlyList<Activation> maps, Tape? tape, Tensor? kept)
    {
        Activation map = Features(maps, tape);
        if (tape is null)
        {
            return new Activation(Classify(map.Value, weight.to_type(map.Value.dtype), bias.to_type(map.Value.dtype)));
        }

        return tape.Apply([map], [weight, bias], map.Value.dtype, (x, w) => Classify(kept is null ? x[0] : x[0] * kept, w[0], w[1]));

        static Tensor Classify(Tensor x, Tensor w, Tensor b) => Pointwise.Linear(x.permute(0, 2, 3, 1), w, b).permute(0, 3, 1, 2);
    }

    /// <summary>Adds the head to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="prefix">What the names of its tensors begin with.</param>
    /// <param name="maps">The values of the stages' maps, as in <see cref="forward"/>.</param>
    /// <returns>The value of the logits.</returns>
    public string Describe(NetworkGraph graph, string prefix, IReadOnlyList<string> maps) => graph.Add(
        "Conv",
        prefix + "classifier",
        [DescribeFeatures(graph, prefix, maps), prefix + "classifier.weight", prefix + "classifier.bias"],
        ("kernel_shape", (long[])[1, 1]));

    /// <summary>The map that the classifier sees: (N, C, h, w).</summary>
    protected abstract Activation Features(IReadOnlyList<Activation> maps, Tape? tape);

    /// <summary>Adds the operators of <see cref="Features"/> to a graph and returns the resulting value.</summary>
    protected abstract string DescribeFeatures(NetworkGraph graph, string prefix, IReadOnlyList<string> maps);

    /// <summary>Registers the classifier; called after the layers before it, so that parameters are in the order of the computation.</summary>
    protected void RegisterClassifier()
    {
        register_parameter("classifier.weight", weight);
        register_parameter("classifier.bias", bias);
    }
}
