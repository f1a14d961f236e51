using DenseCL.Data;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Transfer.FineTuning;

/// <summary>The labelled images of a fine-tuning.</summary>
/// <param name="Data">The images to learn from, and those that the finished model is measured on.</param>
/// <param name="Validation">Its test images are measured on during the training, and the best state is chosen by them; null for none.</param>
public sealed record FineTuningData(SegmentationData Data, SegmentationData? Validation)
{
    /// <summary>The word for no validation images.</summary>
    public const string None = "none";

    private const string Usual = "val";

    /// <summary>Whether the best state is chosen by the images that the model is measured on at the end: its figures then flatter it.</summary>
    public bool ValidatesOnTest => Validation is not null && Validation.Test.Intersect(Data.Test).Any();

    /// <summary>Finds the images and reads every mask, so that errors are found before any work.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="options">Layout, splits and classes. <see cref="SegmentationDataOptions.Folds"/> must be null.</param>
    /// <param name="valSplit">The split to measure on during the training, or <see cref="None"/>; null for <c>val</c>, if there is one, or
    /// the images that are held out.</param>
    /// <param name="seed">Divides the images of a folder without splits.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">The images cannot be used.</exception>
    public static FineTuningData Open(
        string folder, SegmentationDataOptions options, string? valSplit, ulong seed, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Folds is not null)
        {
            throw new DataException("--folds trains a network for each part, and here one model is made: use --hold-out 0.2.");
        }

        if (SegmentationFolds.AreAsked(options))
        {
            SegmentationData divided = SegmentationFolds.Open(folder, options, stop).Of(seed)[0];
            return new FineTuningData(divided, valSplit == None ? null : divided);
        }

        SegmentationData data = SegmentationData.Open(folder, options, stop);
        if (valSplit == None || (valSplit is null && !SegmentationData.SplitsOf(folder).Contains(Usual, StringComparer.Ordinal)))
        {
            return new FineTuningData(data, null);
        }

        SegmentationData validation = SegmentationData.Open(
            folder, options with { TestSplit = valSplit ?? Usual, TestFolder = null, AllowEmptyClasses = true }, stop);
        return new FineTuningData(data, validation);
    }
}
