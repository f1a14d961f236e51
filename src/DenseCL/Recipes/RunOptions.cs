using DenseCL.Platform;
using DenseCL.Recipes.Settings;
namespace DenseCL.Recipes;

/// <summary>How a run is carried out (section <c>run</c> of a recipe).</summary>
public sealed record RunOptions
{
    /// <summary>The seed from which all random numbers are derived; 0 … 2⁶⁴ − 1.</summary>
    /// <remarks>The same seed gives the same views, order and initial weights; another one gives an independent repetition.</remarks>
    public ulong Seed { get; init; }

    /// <summary>Where the network is computed.</summary>
    /// <remarks>May change when a run is resumed; the last bits of the numbers then differ.</remarks>
    /// <exception cref="RecipeException">The value has no name.</exception>
    public DeviceChoice Device
    {
        get;
        init => field = Allowed.Defined("run.device", value);
    }

    /// <summary>The number type of activations.</summary>
    /// <remarks>
    /// bfloat16 has 8 bits of precision instead of 24. Losses agree to a few thousandths, and results differ no more than between two
    /// seeds. May change when a run is resumed.
    /// </remarks>
    /// <exception cref="RecipeException">The value has no name.</exception>
    public Precision Precision
    {
        get;
        init => field = Allowed.Defined("run.precision", value);
    }

    /// <summary>Steps from one checkpoint to the next; at least 1.</summary>
    /// <remarks>
    /// At most this many steps are lost when the machine fails. Each checkpoint writes all weights and queues. May change when a run is
    /// resumed.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int CheckpointEvery
    {
        get;
        init => field = Allowed.Between(
            "run.checkpointEvery", value, 1, int.MaxValue, "Choose about as many steps as you would not mind repeating, such as 500.");
    } = 500;

    /// <summary>Minutes after which a checkpoint is written in any case; above 0, at most 10,000.</summary>
    /// <remarks>
    /// At most this much time is lost when the machine fails, however long a step takes. What is learned does not depend on it. May change
    /// when a run is resumed.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    [Later]
    public double CheckpointMinutes
    {
        get;
        init => field = Allowed.Between(
            "run.checkpointMinutes", value, 0, 10_000, "Choose about as many minutes as you would not mind repeating, such as 10.", aboveLow: true);
    } = 10;

    /// <summary>How many checkpoints are kept, the newest ones; at least 1.</summary>
    /// <remarks>Older ones are deleted. May change when a run is resumed.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int Keep
    {
        get;
        init => field = Allowed.Between("run.keep", value, 1, int.MaxValue, "Choose 3, or 1 where the disk is small.");
    } = 3;

    /// <summary>Steps from one logged line to the next; at least 1.</summary>
    /// <remarks>Logging waits for the device: 1 slows down a graphics card. May change when a run is resumed.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int LogEvery
    {
        get;
        init => field = Allowed.Between("run.logEvery", value, 1, int.MaxValue, "Choose 10.");
    } = 10;

    /// <summary>A folder of images with which the backbone is evaluated during training; null for none.</summary>
    /// <remarks>
    /// Either train and val or test folders with a sub-folder for each class, or images and masks, as `densecl eval` takes them. A folder
    /// of any other images gives the match score, which needs no labels. The figures go to metrics.jsonl, and nothing is learned from these
    /// images. May change when a run is resumed.
    /// </remarks>
    /// <exception cref="RecipeException">The text cannot be the name of a folder.</exception>
    [NullWord("null")]
    public string? Probe
    {
        get;
        init => field = Allowed.FileName("run.probe", value, "Choose a folder of images, labelled or not, or `null` for none.");
    }

    /// <summary>Epochs from one evaluation with <see cref="Probe"/> to the next; at least 1. The last epoch is always evaluated.</summary>
    /// <remarks>Each evaluation takes as long as `densecl eval` on these images. May change when a run is resumed.</remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int ProbeEvery
    {
        get;
        init => field = Allowed.Between("run.probeEvery", value, 1, int.MaxValue, "Choose 10.");
    } = 10;
}
