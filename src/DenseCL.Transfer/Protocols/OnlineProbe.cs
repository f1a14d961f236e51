using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.DenseProbe;
using DenseCL.Transfer.Protocols.Knn;
using DenseCL.Transfer.Protocols.MatchScore;

namespace DenseCL.Transfer.Protocols;

/// <summary>
/// Evaluates a backbone during training (<c>run.probe</c>): the cheapest evaluations, always with the same settings.
/// </summary>
public static class OnlineProbe
{
    /// <summary>Opens the images with which a recipe evaluates the backbone.</summary>
    /// <param name="recipe">The recipe; what it leaves to the images must be measured (<see cref="Survey.Measured"/>).</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>
    /// The function for <see cref="Training.Pretrainer.Probe"/>; null if the recipe has no probe. Images and masks give the dense probe's
    /// mIoU at stride 16, a folder per class gives the accuracy of 20 nearest neighbours, and other images give the match score with one
    /// pair of views of each of 100. A val split is used if there is one: the test split is for the end.
    /// </returns>
    /// <exception cref="DataException">The folder contains none of these.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Func<Backbone, CancellationToken, IReadOnlyDictionary<string, double>>? Open(
        Recipe recipe,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Run.Probe is not { } folder)
        {
            return null;
        }

        IEvaluation evaluation = Evaluation(Path.GetFullPath(folder), recipe, stop);
        return (backbone, cancelled) => evaluation.Measure(BackboneSource.Of(backbone, recipe.Data), recipe.Run.Seed, cancelled)
            .ToDictionary(figure => $"{evaluation.Name}.{figure.Key}", figure => figure.Value, StringComparer.Ordinal);
    }

    private static IEvaluation Evaluation(string folder, Recipe recipe, CancellationToken stop)
    {
        if (SegmentationData.SplitsOf(folder) is { Count: > 0 } splits)
        {
            string? val = splits.Contains("val", StringComparer.Ordinal) ? "val" : null;
            DenseProbeOptions options = new() { Stride = 16, Positions = 50_000, Precision = recipe.Run.Precision };
            return new DenseProbeEvaluation(SegmentationData.Open(folder, new SegmentationDataOptions { TestSplit = val }, stop), options);
        }

        if (Directory.Exists(folder) && !SingleLabelImages.IsSplit(folder))
        {
            return new MatchScoreEvaluation(MatchImages.Open(folder), new MatchScoreOptions { Limit = 100, Pairs = 1, Precision = recipe.Run.Precision });
        }

        (SingleLabelImages train, SingleLabelImages test) = SingleLabelImages.Open(folder, stop);
        return new KnnEvaluation(train, test, new KnnOptions { Neighbours = [20], Features = new FeatureOptions { Size = recipe.Data.Size } });
    }
}
