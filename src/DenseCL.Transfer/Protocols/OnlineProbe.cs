using DenseCL.Data;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.DenseProbe;
using DenseCL.Transfer.Protocols.Knn;
using DenseCL.Transfer.Protocols.MatchScore;

namespace DenseCL.Transfer.Protocols;

/// <summary>
/// What a backbone is worth while it learns (<c>run.probe</c>): the cheapest evaluations, at the same settings every time.
/// </summary>
public static class OnlineProbe
{
    /// <summary>Opens the images that a recipe judges the backbone by.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>
    /// What <see cref="Training.Pretrainer.Probe"/> wants; null if the recipe has no probe. Images and masks give the dense probe's mIoU at
    /// stride 16; a folder a class the accuracy of 20 nearest neighbours; other images the match score of a pair of views of each of 100.
    /// What is measured on is a val split where there is one: the test split is for the end.
    /// </returns>
    /// <exception cref="DataException">The folder holds none of these.</exception>
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
