using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DenseCL.Recipes.Settings;

namespace DenseCL.Recipes;

/// <summary>All settings of a pre-training run. The defaults are the paper's for ImageNet.</summary>
/// <remarks>Each option checks its own range when it is set; <see cref="Validate"/> checks rules that span several options.</remarks>
public sealed record Recipe
{
    private const int ImagesOfAutoEpochs = 600_000;

    private static readonly HashSet<string> FreeOnResume = new(StringComparer.Ordinal)
    {
        "data.threads",
        "data.prefetch",
        "run.device",
        "run.precision",
        "run.checkpointEvery",
        "run.checkpointMinutes",
        "run.keep",
        "run.logEvery",
        "run.probe",
        "run.probeEvery",
    };

    /// <summary>The method.</summary>
    public MethodOptions Method { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

    /// <summary>The network that learns.</summary>
    public ModelOptions Model { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

    /// <summary>How an image becomes two views.</summary>
    public DataOptions Data { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

    /// <summary>The optimisation.</summary>
    public OptimOptions Optim { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

    /// <summary>How the run is carried out.</summary>
    public RunOptions Run { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

    /// <summary>Warnings about settings that are allowed but probably not meant, a sentence or two each; empty if there are none.</summary>
    public IReadOnlyList<string> Warnings => [.. RecipeRules.Warnings(this)];

    /// <summary>
    /// SHA-256 of all settings, in lower-case hexadecimal. It is equal for recipes that are equal in every setting, whichever file they
    /// came from.
    /// </summary>
    /// <remarks>
    /// A setting that was added in a later version does not count while it has its default, so existing recipes keep their hashes.
    /// </remarks>
    public string Hash
    {
        get
        {
            string text = string.Concat(
                Setting.All.Where(setting => setting.IsHashed(this)).Select(setting => $"{setting.Key}: {setting.Text(this)}\n"));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
    }

    /// <summary>The settings in which two recipes differ, in the order of the options.</summary>
    /// <param name="first">A recipe, such as a checkpoint's.</param>
    /// <param name="second">Another, such as the one to resume with. Resolve both first; otherwise <c>auto</c> counts as different from the
    /// number it stands for.</param>
    public static IReadOnlyList<RecipeDifference> Differences(Recipe first, Recipe second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return
        [
            .. from setting in Setting.All
               let texts = (First: setting.Text(first), Second: setting.Text(second))
               where !string.Equals(texts.First, texts.Second, StringComparison.Ordinal)
               select new RecipeDifference(setting.Key, texts.First, texts.Second),
        ];
    }

    /// <summary>Whether a setting may change when a run is resumed, because it does not change what is computed.</summary>
    /// <remarks>
    /// <c>run.device</c> and <c>run.precision</c> change the rounding: a run resumed with another value is not identical to the last bit.
    /// </remarks>
    /// <param name="key">A dotted key, such as <c>run.keep</c>.</param>
    public static bool IsFreeOnResume(string key) => FreeOnResume.Contains(key);

    /// <summary>Checks the rules that span several settings.</summary>
    /// <exception cref="RecipeException">Two settings contradict each other; the message gives both values and what to choose.</exception>
    public void Validate() => RecipeRules.Check(this);

    /// <summary>
    /// This recipe for a known number of images: <c>auto</c> queue, key momentum and epochs become numbers, and the result is validated.
    /// </summary>
    /// <param name="imageCount">Images in the training set; at least one batch.</param>
    /// <remarks>
    /// The queue: 16 below 50 images, 256 below 1000, 2048 below 10,000, 16384 below 60,000, else 65536, rounded up to whole batches. That
    /// gives enough negatives for a set of that size without too many keys of the query's own image.
    /// The key momentum: 0.99 below 10,000 images, 0.996 below 60,000, else 0.999. The key encoder averages about the last 1 / (1 − m)
    /// steps, 100, 250 or 1000; these should be one epoch or a few, not most of a short run. An epoch has imageCount / batch steps, rounded
    /// down.
    /// The epochs: as many as show 600,000 images in all, at least 10 and at most 800. That takes one to two hours with a ResNet-18 on two
    /// cores.
    /// </remarks>
    /// <exception cref="RecipeException">There are fewer images than a batch, a warm-up outlasts the run, or <see cref="Validate"/>
    /// fails.</exception>
    public Recipe Resolve(int imageCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(imageCount);
        Validate();
        int epochs = Math.Clamp(ImagesOfAutoEpochs / Math.Max(imageCount, 1), 10, 800);
        Recipe resolved = this with { Optim = Optim with { Epochs = Optim.Epochs ?? epochs } };
        RecipeRules.CheckAgainst(resolved, imageCount);
        int queue = imageCount switch { < 50 => 16, < 1_000 => 256, < 10_000 => 2048, < 60_000 => 16384, _ => 65536 };
        double momentum = imageCount switch { < 10_000 => 0.99, < 60_000 => 0.996, _ => 0.999 };
        return resolved with
        {
            Method = Method with
            {
                Queue = Method.Queue ?? (queue + Optim.Batch - 1) / Optim.Batch * Optim.Batch,
                KeyMomentum = Method.KeyMomentum ?? momentum,
            },
        };
    }

    /// <summary>The recipe as YAML.</summary>
    public override string ToString()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        RecipeWriter.Write(this, writer);
        return writer.ToString();
    }
}
