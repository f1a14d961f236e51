using System.Globalization;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Weights.Tensors;

namespace DenseCL.Weights;

/// <summary>What is needed to use a backbone. It is stored as metadata in every file format that has room for it.</summary>
internal static class BackboneMetadata
{
    private static readonly string[] Kept = ["mean", "std", "depth", "method", "recipe", "step"];

    /// <summary>The metadata of a backbone that was trained by this program.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="recipe">The recipe with which it was trained.</param>
    /// <param name="step">Steps trained.</param>
    public static Dictionary<string, string> Of(BackboneKind architecture, Recipe recipe, long step)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        Dictionary<string, string> notes = Network(architecture, recipe.Data.Channels);
        notes["mean"] = Numbers(recipe.Data.Mean);
        notes["std"] = Numbers(recipe.Data.Std);
        if (!recipe.Data.Depth.IsAuto) notes["depth"] = recipe.Data.Depth.ToString();
        notes["method"] = recipe.Method.Lambda > 0 ? "DenseCL" : "MoCo-v2";
        notes["recipe"] = recipe.Hash;
        notes["step"] = step.ToString(CultureInfo.InvariantCulture);
        return notes;
    }

    /// <summary>
    /// The metadata of a backbone in any file: the file's own where it has them, otherwise ImageNet's mean and standard deviation if its
    /// images are RGB.
    /// </summary>
    /// <param name="architecture">The network.</param>
    /// <param name="channels">Channels of its images.</param>
    /// <param name="file">The file that contains it.</param>
    /// <param name="assumed">Whether mean and standard deviation are assumed, not the file's.</param>
    /// <exception cref="WeightFileException">The notes of a checkpoint cannot be read.</exception>
    public static Dictionary<string, string> Of(BackboneKind architecture, int channels, WeightFile file, out bool assumed)
    {
        ArgumentNullException.ThrowIfNull(file);
        assumed = false;
        if (file.Metadata.TryGetValue("recipe", out string? recipe) && recipe.Contains('\n', StringComparison.Ordinal))
        {
            try
            {
                _ = long.TryParse(file.Metadata.GetValueOrDefault("step"), NumberStyles.None, CultureInfo.InvariantCulture, out long step);
                return Of(architecture, RecipeReader.Parse(recipe, file.Path), step);
            }
            catch (RecipeException e)
            {
                throw new WeightFileException($"{file.Path}: the recipe in its notes cannot be read: {e.Message}", e);
            }
        }

        Dictionary<string, string> notes = Network(architecture, channels);
        DataOptions usual = new();
        if (channels == DataOptions.Rgb)
        {
            notes["mean"] = Numbers(usual.Mean);
            notes["std"] = Numbers(usual.Std);
        }

        foreach (string key in Kept)
        {
            if (Noted(key) is { } note)
            {
                notes[key] = note;
            }
        }

        assumed = Noted("mean") is null || Noted("std") is null;
        return notes;

        // The checkpoints of OpenMMLab and OpenSelfSup have their metadata under `meta`.
        string? Noted(string key) => file.Metadata.GetValueOrDefault(key) ?? file.Metadata.GetValueOrDefault($"meta.{key}");
    }

    /// <summary>How pixels become the network's input: the mean, the standard deviation and the depth in the metadata.</summary>
    /// <exception cref="WeightFileException">They are not a number for each channel, a deviation is not positive, or the depth is
    /// none.</exception>
    internal static DataOptions Normalisation(IReadOnlyDictionary<string, string> notes, int channels)
    {
        if (!notes.ContainsKey("mean") || !notes.ContainsKey("std"))
        {
            throw new WeightFileException(
                $"The file does not say with which means and standard deviations its images of {channels} channels were normalised. "
                + "Take the run's backbone.safetensors, which says so, or export without --normalise.");
        }

        try
        {
            return new DataOptions { Channels = channels, Mean = Parse(notes["mean"]), Std = Parse(notes["std"]), Depth = DepthIn(notes) };
        }
        catch (Exception e) when (e is FormatException or RecipeException)
        {
            throw new WeightFileException(
                $"The notes of the file give the mean {WeightNames.Quote(notes["mean"])} and the standard deviation "
                + $"{WeightNames.Quote(notes["std"])}, which cannot be: {e.Message} Export without --normalise.",
                e);
        }

        static PixelDepth DepthIn(IReadOnlyDictionary<string, string> notes) =>
            !notes.TryGetValue("depth", out string? text) ? PixelDepth.Auto
            : PixelDepth.TryParse(text, out PixelDepth depth) && !depth.IsStretch ? depth
            : throw new WeightFileException($"The notes of the file give the depth {WeightNames.Quote(text)}, which is none.");

        PerChannel Parse(string text) => text.Split(' ') is var numbers && numbers.Length == channels
            ? new PerChannel([.. numbers.Select(Number)])
            : throw new FormatException(
                $"There must be {(channels == 1 ? "one number" : channels == DataOptions.Rgb ? "three numbers" : $"{channels} numbers")}.");

        static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    /// <summary>The metadata that follow from the network itself.</summary>
    internal static Dictionary<string, string> Network(BackboneKind architecture, int channels) => new(StringComparer.Ordinal)
    {
        ["format"] = "pt",
        ["architecture"] = BackboneCatalogue.Of(architecture).Name,
        ["stem"] = BackboneCatalogue.Of(architecture).Stem,
        ["stride"] = Backbone.Stride.ToString(CultureInfo.InvariantCulture),
        ["channels"] = $"{ChannelsOf(channels)}, 0..1 before normalisation",
    };

    /// <summary>The channels of an image in words: <c>RGB</c>, <c>5 channels</c>.</summary>
    internal static string ChannelsOf(int channels) => channels == DataOptions.Rgb ? "RGB"
        : string.Create(CultureInfo.InvariantCulture, $"{channels} {(channels == 1 ? "channel" : "channels")}");

    /// <summary>Numbers for the channels, as they are written in metadata.</summary>
    internal static string Numbers(PerChannel values) =>
        string.Join(' ', values.Numbers.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
