using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Weights;
using DenseCL.Weights.Tensors.Naming;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Features;

/// <summary>The weights to evaluate; every evaluation builds the network that it needs from them.</summary>
public sealed class BackboneSource
{
    private readonly Action<Backbone> fill;

    private BackboneSource(string name, BackboneKind architecture, DataOptions normalisation, Action<Backbone> fill) =>
        (Name, Architecture, Normalisation, this.fill) = (name, architecture, normalisation, fill);

    /// <summary>The file or another description of the weights, for messages and reports.</summary>
    public string Name { get; }

    /// <summary>The architecture of the network.</summary>
    public BackboneKind Architecture { get; }

    /// <summary>
    /// Channels, mean and standard deviation of the images that the network was trained with; ImageNet's if the file does not contain them.
    /// </summary>
    public DataOptions Normalisation { get; }

    /// <summary>Whether the file does not contain mean and standard deviation, as torchvision's and Detectron2's do not.</summary>
    public bool NormalisationIsAssumed { get; private init; }

    /// <summary>What was found in the file; null if the weights are not from a file.</summary>
    public LoadReport? Report { get; private init; }

    /// <summary>Opens weights, and loads them once to check that they are complete.</summary>
    /// <param name="path">A run folder, or a weight file of any format whose names are known.</param>
    /// <exception cref="WeightFileException">The file cannot be read, or a tensor of the backbone is missing or has another
    /// shape.</exception>
    public static BackboneSource Open(string path)
    {
        BackboneKind architecture;
        DataOptions normalisation;
        bool assumed;
        using (WeightFile file = BackboneFile.Open(path))
        {
            NamedWeights weights = NamedWeights.Find(file);
            architecture = weights.Architecture;
            int channels = weights.Channels;
            normalisation = BackboneMetadata.Normalisation(BackboneMetadata.Of(architecture, channels, file, out assumed), channels);
        }

        using Backbone backbone = Backbone.Create(architecture, channels: normalisation.Channels);
        LoadReport report = BackboneFile.Load(path, backbone);
        return new BackboneSource(path, architecture, normalisation, network => BackboneFile.Load(path, network)) { Report = report, NormalisationIsAssumed = assumed };
    }

    /// <summary>The weights from which a pre-training with this seed starts.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="seed">The seed, as <c>run.seed</c>.</param>
    /// <param name="normalisation">Channels, mean and standard deviation of its images; RGB and ImageNet's if null.</param>
    public static BackboneSource Untrained(BackboneKind architecture, ulong seed, DataOptions? normalisation = null) =>
        new($"untrained {BackboneCatalogue.Of(architecture).Name}", architecture, normalisation ?? new DataOptions(), network =>
        {
            // Random numbers are keyed by a parameter's name. Inside an encoder, as in pre-training, the names differ from those of a
            // backbone alone.
            using Encoder encoder = new(architecture, embedding: 128, dense: false, gridSize: null, channels: network.InChannels);
            encoder.Initialise(seed);
            Copy(encoder.Backbone, network);
        });

    /// <summary>The current weights of a network, such as one that is being trained.</summary>
    /// <param name="backbone">The network; it is only read.</param>
    /// <param name="normalisation">Mean and standard deviation of its images.</param>
    public static BackboneSource Of(Backbone backbone, DataOptions normalisation)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        return new BackboneSource("the network in training", backbone.Architecture, normalisation, network => Copy(backbone, network));
    }

    /// <summary>Builds the network, in evaluation mode, and loads the weights into it; the caller disposes it.</summary>
    /// <param name="outputStride">8, 16 or 32: input pixels per position of the last feature map.</param>
    /// <exception cref="WeightFileException">The file can no longer be read.</exception>
    public Backbone Build(int outputStride = Backbone.Stride)
    {
        Backbone backbone = Backbone.Create(Architecture, outputStride, Normalisation.Channels);
        try
        {
            fill(backbone);
            backbone.eval();
            return backbone;
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    private static void Copy(Backbone from, Backbone into)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> targets = into.state_dict();
        foreach ((string name, Tensor tensor) in from.state_dict())
        {
            targets[name].copy_(tensor);
        }
    }
}
