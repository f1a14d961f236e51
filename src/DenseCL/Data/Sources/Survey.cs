using DenseCL.Images;
using DenseCL.Recipes;

namespace DenseCL.Data.Sources;

/// <summary>What a recipe leaves to the images.</summary>
public static class Survey
{
    /// <summary>
    /// A recipe in which everything that is measured on the images has become numbers: <c>data.depth: stretch</c>, and the means and
    /// deviations of the channels where the recipe asks for those of the images.
    /// </summary>
    /// <remarks>The numbers depend on the images and their order only: on neither the seed nor the number of threads.</remarks>
    /// <param name="recipe">The recipe.</param>
    /// <param name="source">The images.</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>The recipe itself if there is nothing to measure.</returns>
    /// <exception cref="DataException">No image can be used to measure the channels.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Recipe Measured(Recipe recipe, ImageSource source, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(source);
        DataOptions data = recipe.Data;
        if (data.Depth.IsStretch)
            data = data with { Depth = DepthSurvey.Of(source, ImageLimits.Of(data), stop).Stretched };

        if (data.MeasuresMean || data.MeasuresStd)
        {
            var channels = ChannelSurvey.Of(source, data, stop);
            data = data with
            {
                Mean = data.MeasuresMean ? channels.Mean : data.Mean,
                Std = data.MeasuresStd ? channels.Std : data.Std,
            };
        }

        return data == recipe.Data ? recipe : recipe with { Data = data };
    }

    /// <summary>
    /// What to tell the user if images have more channels than red, green and blue and the recipe takes only those; null if none do. Up to
    /// 256 images, evenly spaced in the order of the source, are looked at.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="source">The images.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static string? ChannelNote(Recipe recipe, ImageSource source, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(source);
        return recipe.Data.Channels == DataOptions.Rgb ? ChannelSurvey.NoteOf(source, ImageLimits.Of(recipe.Data), stop) : null;
    }

    /// <summary>So many of a list, evenly spaced; all if there are no more.</summary>
    internal static IEnumerable<ImageEntry> Evenly(IReadOnlyList<ImageEntry> entries, int most)
    {
        int count = Math.Min(most, entries.Count);
        return Enumerable.Range(0, count).Select(i => entries[(int)((long)i * entries.Count / count)]);
    }
}
