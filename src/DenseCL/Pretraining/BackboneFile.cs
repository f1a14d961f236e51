using System.Globalization;
using DenseCL.Models;
using DenseCL.Recipes;
using DenseCL.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Pretraining;

/// <summary>A backbone in a safetensors file, with torchvision's names, and what one must know to use it.</summary>
public static class BackboneFile
{
    /// <summary>Writes the backbone; the metadata say architecture, stem, stride, channel order, mean and standard deviation, method and recipe.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="recipe">The recipe it was trained by.</param>
    /// <param name="step">Steps trained.</param>
    /// <exception cref="WeightFileException">The file cannot be written.</exception>
    public static void Save(string path, ResNet backbone, Recipe recipe, long step)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(recipe);
        PerChannel mean = recipe.Data.Mean, std = recipe.Data.Std;
        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            ["format"] = "pt",
            ["architecture"] = Name(backbone.Architecture),
            ["stem"] = "7x7 stride 2, 3x3 max pool stride 2",
            ["stride"] = ResNet.Stride.ToString(CultureInfo.InvariantCulture),
            ["channels"] = "RGB, 0..1 before normalisation",
            ["mean"] = string.Create(CultureInfo.InvariantCulture, $"{mean.Red} {mean.Green} {mean.Blue}"),
            ["std"] = string.Create(CultureInfo.InvariantCulture, $"{std.Red} {std.Green} {std.Blue}"),
            ["method"] = recipe.Method.Lambda > 0 ? "DenseCL" : "MoCo-v2",
            ["recipe"] = recipe.Hash,
            ["step"] = step.ToString(CultureInfo.InvariantCulture),
        };
        Safetensors.Write(path, backbone.state_dict(), metadata);
    }

    /// <summary>Loads weights into a backbone: a file with torchvision's names, bare or after <c>backbone.</c>, or a run folder.</summary>
    /// <param name="path">The safetensors file or run folder.</param>
    /// <param name="backbone">All its tensors must be in the file; others in the file (a classifier, heads) are passed over.</param>
    /// <exception cref="WeightFileException">The file cannot be read, or a tensor is missing or of another shape.</exception>
    public static void Load(string path, ResNet backbone)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(backbone);
        string file = Directory.Exists(path) ? Path.Combine(path, "backbone.safetensors") : path;
        if (!File.Exists(file))
        {
            throw new WeightFileException($"There is no weight file {Path.GetFullPath(file)}: give a safetensors file or a run folder that holds backbone.safetensors.");
        }

        using SafetensorsFile weights = Safetensors.Open(file);
        string prefix = weights.Contains("backbone.conv1.weight") ? "backbone." : "";
        Dictionary<string, Tensor> state = backbone.state_dict();
        string[] missing = [.. state.Keys.Where(name => !weights.Contains(prefix + name) && !name.EndsWith(".num_batches_tracked", StringComparison.Ordinal))];
        if (missing.Length > 0)
        {
            throw new WeightFileException($"{file} is no {Name(backbone.Architecture)}: {missing.Length} of {state.Count} tensors are missing, such as {string.Join(", ", missing.Take(3))}.");
        }

        using IDisposable noGrad = no_grad();
        foreach ((string name, Tensor tensor) in state.Where(entry => weights.Contains(prefix + entry.Key)))
        {
            long[] shape = [.. weights[prefix + name].Shape];
            if (!shape.AsSpan().SequenceEqual(tensor.shape))
            {
                throw new WeightFileException($"{file}: {prefix + name} is of shape ({string.Join(", ", shape)}), and {Name(backbone.Architecture)} has ({string.Join(", ", tensor.shape)}) there: the file holds another architecture.");
            }

            using DisposeScope scope = NewDisposeScope();
            tensor.copy_(weights.Tensor(prefix + name));
        }
    }

    private static string Name(BackboneKind architecture) => architecture.ToString().ToLowerInvariant();
}
