using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Weights.Formats.Safetensors;
using DenseCL.Weights.Tensors.Naming;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Weights;

/// <summary>A backbone in a file. It is written as safetensors with torchvision's names, and read from any format and naming.</summary>
public static class BackboneFile
{
    /// <summary>
    /// Writes the backbone. The metadata contain architecture, stem, stride, channel order, mean and standard deviation, method and recipe.
    /// </summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="recipe">The recipe with which it was trained.</param>
    /// <param name="step">Steps trained.</param>
    /// <exception cref="WeightFileException">The file cannot be written.</exception>
    public static void Save(string path, Backbone backbone, Recipe recipe, long step)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(recipe);
        SafetensorsWriter.Write(path, backbone.state_dict(), BackboneMetadata.Of(backbone.Architecture, recipe, step));
    }

    /// <summary>Opens the file of a run folder, or any weight file.</summary>
    /// <param name="path">A file, or a run folder.</param>
    /// <param name="whole">For a run folder: whether to open the last checkpoint, which has heads and queues too, instead of the backbone
    /// alone.</param>
    /// <exception cref="WeightFileException">There is no such file, it cannot be read, or its numbers are not those of its
    /// checksum.</exception>
    public static WeightFile Open(string path, bool whole = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        WeightFile file = WeightFile.Open(Directory.Exists(path) ? InRun(path, whole) : path);
        try
        {
            file.Verify();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string InRun(string run, bool whole)
    {
        string backbone = Path.Combine(run, "backbone.safetensors"), checkpoints = Path.Combine(run, "checkpoints");
        if (File.Exists(backbone) && !whole)
        {
            return backbone;
        }

        string? last = Directory.Exists(checkpoints)
            ? Directory.EnumerateFiles(checkpoints, "step-*.safetensors").Max(StringComparer.Ordinal)
            : null;
        return last ?? (File.Exists(backbone) ? backbone : throw new WeightFileException(
            File.Exists(Path.Combine(run, "recipe.yaml"))
                ? $"The run in {Path.GetFullPath(run)} has no checkpoint yet. The first is written after run.checkpointEvery steps or "
                    + "run.checkpointMinutes (recipe.yaml in that folder has both), or when the run ends or is stopped."
                : $"{Path.GetFullPath(run)} is not a run folder: it has neither backbone.safetensors nor checkpoints. "
                    + "Give a run folder or a weight file."));
    }

    /// <summary>Loads weights into a backbone.</summary>
    /// <param name="path">A weight file of any format whose names are known, or a run folder.</param>
    /// <param name="backbone">All its tensors must be in the file. Others in the file (a classifier, heads) are skipped and
    /// reported.</param>
    /// <param name="partial">Whether tensors may be missing or have another shape; they then keep their values.</param>
    /// <returns>What was done with each tensor.</returns>
    /// <exception cref="WeightFileException">The file cannot be read, or a tensor is missing or has another shape and <paramref
    /// name="partial"/> is false.</exception>
    public static LoadReport Load(string path, Backbone backbone, bool partial = false)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        using DisposeScope scope = torch.NewDisposeScope();
        using WeightFile file = Open(path);
        NamedWeights weights = NamedWeights.Find(file);
        WeightLoading loading = new(weights);
        LoadBackbone(loading, weights, backbone, partial);
        return loading.Report();
    }

    /// <param name="loading">What is loaded, and the report.</param>
    /// <param name="weights">The file.</param>
    /// <param name="backbone">Receives the weights.</param>
    /// <param name="partial">As in <see cref="Load"/>.</param>
    /// <param name="fromRgb">Whether a backbone of other channels may start from one of RGB.</param>
    internal static void LoadBackbone(WeightLoading loading, NamedWeights weights, Backbone backbone, bool partial, bool fromRgb = false)
    {
        IReadOnlyDictionary<string, Tensor> state = backbone.state_dict();
        if (fromRgb)
        {
            state = loading.LoadFirstFromRgb(Part.Backbone, state);
        }

        if (loading.Load(Part.Backbone, state) || partial)
        {
            return;
        }

        LoadReport report = loading.Report();
        string wrong = string.Join(
            "; ",
            new[] { TensorFate.Missing, TensorFate.OtherShape }.Where(fate => report.Count(fate) > 0).Select(Describe));
        throw new WeightFileException(
            $"{weights.File.Path} (names of {weights.Convention}) does not fit {backbone.Entry.Name}: {wrong}. {Holds()} "
            + "To load what fits anyway, use --partial (model.partial in a recipe)."
        );

        string Describe(TensorFate fate)
        {
            LoadedTensor[] lines = [.. report.Tensors.Where(t => t.Fate == fate)];
            return $"{lines.Length} tensors are {(fate == TensorFate.Missing ? "missing" : "of another shape")}, such as "
                + string.Join(", ", lines.Take(3).Select(line => $"{line.Name} ({line.Remark})"));
        }

        string Holds()
        {
            try
            {
                return weights.Architecture == backbone.Architecture
                    ? weights.Channels == backbone.InChannels
                        ? "Some of its layers were changed."
                        : $"Its images have {BackboneMetadata.ChannelsOf(weights.Channels)}, and here they have "
                            + $"{BackboneMetadata.ChannelsOf(backbone.InChannels)} (data.channels)."
                    : $"The file contains another architecture, {BackboneCatalogue.Of(weights.Architecture).Name}: "
                        + "choose that as model.backbone.";
            }
            catch (WeightFileException)
            {
                return "The file contains another architecture.";
            }
        }
    }
}
