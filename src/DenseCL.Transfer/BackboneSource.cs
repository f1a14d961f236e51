using DenseCL.Models;
using DenseCL.Recipes;
using DenseCL.Weights;
using DenseCL.Weights.Naming;

namespace DenseCL.Transfer;

/// <summary>Weights to be judged: every evaluation builds the network it needs from them.</summary>
public sealed class BackboneSource
{
    private readonly string? path;
    private readonly ulong seed;

    private BackboneSource(string name, BackboneKind architecture, DataOptions normalisation) =>
        (Name, Architecture, Normalisation) = (name, architecture, normalisation);

    private BackboneSource(string path, BackboneKind architecture, DataOptions normalisation, LoadReport report)
        : this(path, architecture, normalisation) => (this.path, Report) = (path, report);

    private BackboneSource(BackboneKind architecture, ulong seed)
        : this($"untrained {BackboneMetadata.Name(architecture)}", architecture, new DataOptions()) => this.seed = seed;

    /// <summary>The file, or that they are untrained; for messages and reports.</summary>
    public string Name { get; }

    /// <summary>Which network they are of.</summary>
    public BackboneKind Architecture { get; }

    /// <summary>Mean and standard deviation of the images that the network was trained with; ImageNet's where the file does not say.</summary>
    public DataOptions Normalisation { get; }

    /// <summary>What was found in the file; null for untrained weights.</summary>
    public LoadReport? Report { get; }

    /// <summary>Opens weights, and loads them once to see that they are all there.</summary>
    /// <param name="path">A run folder, or a weight file of any format whose names are known.</param>
    /// <exception cref="WeightFileException">The file cannot be read, or a tensor of the backbone is missing or of another shape.</exception>
    public static BackboneSource Open(string path)
    {
        BackboneKind architecture;
        DataOptions normalisation;
        using (WeightFile file = BackboneFile.Open(path))
        {
            architecture = NamedWeights.Find(file).Architecture;
            normalisation = BackboneMetadata.Normalisation(BackboneMetadata.Of(architecture, file, out _));
        }

        using ResNet backbone = new(architecture);
        return new BackboneSource(path, architecture, normalisation, BackboneFile.Load(path, backbone));
    }

    /// <summary>The weights that a pre-training with this seed starts from.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="seed">The seed, as <c>run.seed</c>.</param>
    public static BackboneSource Untrained(BackboneKind architecture, ulong seed) => new(architecture, seed);

    /// <summary>Builds the network, in evaluation mode, and loads the weights into it; the caller disposes it.</summary>
    /// <param name="outputStride">8, 16 or 32: input pixels for each position of the last feature map.</param>
    /// <exception cref="WeightFileException">The file can no longer be read.</exception>
    public ResNet Build(int outputStride = ResNet.Stride)
    {
        ResNet backbone = new(Architecture, outputStride);
        try
        {
            if (path is not null)
            {
                BackboneFile.Load(path, backbone);
            }
            else
            {
                Initialise(backbone);
            }

            backbone.eval();
            return backbone;
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    /// <summary>Random numbers go by a parameter's name: within an encoder, as in pre-training, they are other ones than alone.</summary>
    private void Initialise(ResNet backbone)
    {
        using Encoder encoder = new(Architecture, embedding: 128, dense: false, gridSize: null);
        encoder.Initialise(seed);
        backbone.load_state_dict(encoder.Backbone.state_dict());
    }
}
