using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Platform;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace DenseCL.Transfer.Protocols.Segmentation.Network;

/// <summary>
/// 3×3 convolutions with batch norm and ReLU, then a classifier of each position (Long et al., CVPR 2015, as the paper uses it).
/// </summary>
internal sealed class FcnHead : nn.Module, IInitialised
{
    // Lists, because modules in fields would be registered under the fields' names.
    private readonly List<(Convolution Convolution, BatchNorm Norm)> layers = [];
    private readonly Parameter weight;
    private readonly Parameter bias;

    /// <param name="inChannels">Channels of the feature map.</param>
    /// <param name="channels">C; the batch-norm kernel needs multiples of 32, and libtorch computes all others.</param>
    /// <param name="convolutions">How many, at least 1.</param>
    /// <param name="classes">K</param>
    public FcnHead(int inChannels, int channels, int convolutions, int classes)
        : base(nameof(FcnHead))
    {
        (Channels, Classes) = (channels, classes);
        for (int i = 0; i < convolutions; i++)
        {
            layers.Add((new Convolution(i == 0 ? inChannels : channels, channels, 3), new BatchNorm(channels)));
            register_module($"conv{i + 1}", layers[i].Convolution);
            register_module($"bn{i + 1}", layers[i].Norm);
        }

        weight = Parameters.Empty(classes, channels, 1, 1);
        bias = Parameters.Empty(classes);
        register_parameter("classifier.weight", weight);
        register_parameter("classifier.bias", bias);
    }

    /// <summary>C, of the map that the classifier sees.</summary>
    public int Channels { get; }

    /// <summary>K</summary>
    public int Classes { get; }

    /// <inheritdoc/>
    /// <remarks>The classifier is initialised with N(0, 0.01²), so that all classes are about equally probable at first.</remarks>
    public void Initialise(Func<string, CounterRandom> random)
    {
        weight.Start(StartValues.KaimingFanIn, random("classifier.weight"));       // N(0, 2 / C)
        weight.MultiplyInPlace(0.01 / Math.Sqrt(2.0 / Channels));
        bias.Fill(0);
    }

    /// <summary>(N, in, h, w) → logits (N, K, h, w), in the type of the input.</summary>
    /// <param name="map">The feature map.</param>
    /// <param name="tape">Records the backward pass, or null.</param>
    /// <param name="kept">(N, C, 1, 1): 0 for channels that are dropped, 1 / (1 − p) for the others; null for no dropout.</param>
    public Activation forward(Activation map, Tape? tape, Tensor? kept)
    {
        foreach ((Convolution convolution, BatchNorm norm) in layers)
        {
            map = norm.forward(convolution.forward(map, tape), tape, relu: true);
        }

        if (tape is null)
        {
            return new Activation(Classify(map.Value, weight.to_type(map.Value.dtype), bias.to_type(map.Value.dtype)));
        }

        return tape.Apply([map], [weight, bias], map.Value.dtype, (x, w) => Classify(kept is null ? x[0] : x[0] * kept, w[0], w[1]));

        static Tensor Classify(Tensor x, Tensor w, Tensor b) => Pointwise.Linear(x.permute(0, 2, 3, 1), w, b).permute(0, 3, 1, 2);
    }
}
