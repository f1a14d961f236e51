using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Models.Backbones;

/// <summary>Everything that this library knows about a backbone. Recipes, files, messages and the command line use it.</summary>
public sealed class BackboneEntry
{
    /// <param name="kind">The network.</param>
    /// <param name="stem">The layers before the first stage, in words.</param>
    /// <param name="stages">The four stages, the finest first, of strides 4, 8, 16 and 32.</param>
    /// <param name="build">Builds the network, uninitialised, for an output stride and a number of channels; it describes its ONNX graph itself.</param>
    /// <param name="names">The names of its tensors in each naming.</param>
    /// <param name="blocks">Its blocks, in the wording of <see cref="BackboneNames.Blocks"/>.</param>
    internal BackboneEntry(
        BackboneKind kind,
        string stem,
        IReadOnlyList<BackboneStage> stages,
        Func<int, int, Backbone> build,
        BackboneNames names,
        string blocks) => (Kind, Stem, Stages, Build, Names, Blocks) = (kind, stem, stages, build, names, blocks);

    /// <summary>The network.</summary>
    public BackboneKind Kind { get; }

    /// <summary>Its name in recipes, on the command line and in files: <c>resnet50</c>.</summary>
    public string Name => OptionProperty.WordOf(Kind);

    /// <summary>The layers before the first stage, in words.</summary>
    public string Stem { get; }

    /// <summary>The four stages, the finest first, of strides 4, 8, 16 and <see cref="Backbone.Stride"/>.</summary>
    public IReadOnlyList<BackboneStage> Stages { get; }

    /// <summary>Builds the network, uninitialised, for an output stride and a number of channels; see <see cref="Backbone.Create"/>.</summary>
    internal Func<int, int, Backbone> Build { get; }

    /// <summary>The names of its tensors in each naming.</summary>
    internal BackboneNames Names { get; }

    /// <summary>Its blocks, in the wording of <see cref="BackboneNames.Blocks"/>.</summary>
    internal string Blocks { get; }
}
