using System.Globalization;
using System.Text.Json;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Transfer.Segmentation.Prediction;
using DenseCL.Weights;

namespace DenseCL.Transfer.Segmentation.Models;

/// <summary>What is needed to use a model, beside its tensors. Every file of it has this as metadata.</summary>
/// <param name="Architecture">The backbone.</param>
/// <param name="ClassNames">(K): the classes, in the order of their numbers.</param>
/// <param name="Reading">Channels, depth, mean and standard deviation of the images.</param>
/// <param name="Options">The head, and how an image is passed to the network.</param>
/// <param name="Step">Steps trained.</param>
/// <param name="ValMeanIoU">mIoU on the validation images at this step; null if it was not measured.</param>
internal sealed record ModelNotes(
    BackboneKind Architecture,
    IReadOnlyList<string> ClassNames,
    DataOptions Reading,
    SegmentationOptions Options,
    long Step,
    double? ValMeanIoU)
{
    private const string Task = "segmentation";
    private const int MostClasses = 255;

    /// <summary>The colours of the classes, as <c>#rrggbb</c>.</summary>
    public IReadOnlyList<string> Colours => [.. Enumerable.Range(0, ClassNames.Count).Select(Hexadecimal)];

    /// <summary>The metadata.</summary>
    public Dictionary<string, string> ToMetadata()
    {
        Dictionary<string, string> notes = BackboneMetadata.Network(Architecture, Reading.Channels);
        notes["task"] = Task;
        notes["classes"] = JsonSerializer.Serialize(ClassNames);
        notes["colours"] = JsonSerializer.Serialize(Colours);
        notes["mean"] = BackboneMetadata.Numbers(Reading.Mean);
        notes["std"] = BackboneMetadata.Numbers(Reading.Std);
        if (!Reading.Depth.IsAuto)
        {
            notes["depth"] = Reading.Depth.ToString();
        }

        notes["stride"] = Options.OutputStride.ToString(CultureInfo.InvariantCulture);
        notes["settings"] = string.Concat(SegmentationRecipes.Describe(Options).Select(setting => $"{setting.Key}: {setting.Value}\n"));
        notes["step"] = Step.ToString(CultureInfo.InvariantCulture);
        if (ValMeanIoU is { } value)
        {
            notes["valMeanIoU"] = value.ToString("R", CultureInfo.InvariantCulture);
        }

        return notes;
    }

    /// <summary>Whether the metadata are those of such a model.</summary>
    public static bool AreIn(IReadOnlyDictionary<string, string> metadata) => metadata.GetValueOrDefault("task") == Task;

    /// <summary>Reads the metadata of a file, which is untrusted.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <exception cref="WeightFileException">They are not those of a segmentation model.</exception>
    public static ModelNotes Of(string path, IReadOnlyDictionary<string, string> metadata)
    {
        if (!AreIn(metadata))
        {
            throw new WeightFileException(
                $"{path} is not a segmentation model of this program: its notes do not say 'task: {Task}'. "
                + "Give the folder that `densecl finetune segmentation` made, or an ONNX file that was exported from it.");
        }

        try
        {
            BackboneKind architecture = BackboneCatalogue.Named(metadata["architecture"])?.Kind
                ?? throw new FormatException($"there is no backbone '{metadata["architecture"]}'");
            string[] classes = JsonSerializer.Deserialize<string[]>(metadata["classes"]) ?? [];
            if (classes.Length is < 1 or > MostClasses || Array.Exists(classes, name => name is null))
            {
                throw new FormatException($"there are {classes.Length} classes, and there must be 1 to {MostClasses}");
            }

            DataOptions reading = BackboneMetadata.Normalisation(metadata, metadata["mean"].Split(' ').Length);
            SegmentationOptions options = SegmentationRecipes.Parse(metadata["settings"], path);
            long step = long.Parse(metadata.GetValueOrDefault("step", "0"), NumberStyles.None, CultureInfo.InvariantCulture);
            double? val = metadata.TryGetValue("valMeanIoU", out string? text)
                ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)
                : null;
            return new ModelNotes(architecture, classes, reading, options, step, val);
        }
        catch (Exception e) when (e is FormatException or OverflowException or KeyNotFoundException or JsonException or RecipeException or ArgumentException)
        {
            throw new WeightFileException($"{path}: the notes of the model cannot be read: {e.Message}", e);
        }
    }

    private static string Hexadecimal(int @class)
    {
        (byte red, byte green, byte blue) = SegmentationColours.Of(@class);
        return string.Create(CultureInfo.InvariantCulture, $"#{red:x2}{green:x2}{blue:x2}");
    }
}
