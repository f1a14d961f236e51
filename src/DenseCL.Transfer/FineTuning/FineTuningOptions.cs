using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Options;
using DenseCL.Transfer.Segmentation;

namespace DenseCL.Transfer.FineTuning;

/// <summary>A segmentation protocol, and how the training of a model with it is measured and saved.</summary>
public sealed record FineTuningOptions : SegmentationOptions
{
    /// <summary>The seed of all random numbers.</summary>
    [Option("The seed of all random numbers.")]
    public ulong Seed { get; init; }

    /// <summary>Steps between two logged losses; at least 1.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [Option("Steps between two lines of the log.", Low = 1)]
    public int LogEvery
    {
        get;
        init => field = Allowed.Between("logEvery", value, 1, int.MaxValue, "Choose 20.");
    } = 20;

    /// <summary>Steps between two measurements on the validation images; at least 1; null (<c>auto</c>): a tenth of all steps.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("auto")]
    [Option("Steps between two measurements on the images of --val-split; auto: a tenth of all steps.", Low = 1, Placeholder = "auto|N")]
    public int? ValEvery
    {
        get;
        init => field = Allowed.Between("valEvery", value, 1, int.MaxValue, "Choose `auto`, a tenth of the steps.");
    }

    /// <summary>
    /// After how many measurements without a new best one the training ends; at least 1; null (<c>off</c>): it goes on to the last step.
    /// </summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [NullWord("off")]
    [Option("End the training after this many measurements in a row without a new best one.", Low = 1, Placeholder = "off|N")]
    public int? Patience
    {
        get;
        init => field = Allowed.Between("patience", value, 1, int.MaxValue, "Choose 3, or `off`.");
    }

    /// <summary>Steps between two checkpoints; at least 1.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [Option("Steps between two checkpoints.", Low = 1)]
    public int CheckpointEvery
    {
        get;
        init => field = Allowed.Between("checkpointEvery", value, 1, int.MaxValue, "Choose 100.");
    } = 100;

    /// <summary>Minutes after which a checkpoint is written, however few steps were done; above 0, at most 1440.</summary>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public double CheckpointMinutes
    {
        get;
        init => field = Allowed.Between("checkpointMinutes", value, 0, 1440, "Choose 10.", aboveLow: true);
    } = 10;

    /// <summary>The steps between two measurements, without <c>auto</c>.</summary>
    internal int MeasureEvery => ValEvery ?? Math.Max(1, Steps / 10);
}
