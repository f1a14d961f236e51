using System.Globalization;
using DenseCL.Data;
using DenseCL.Platform;
using DenseCL.Transfer.Labelled.Layouts;
using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Transfer.Labelled;

/// <summary>
/// The labelled images of a folder without splits, divided by a seed: one part is held out to measure on
/// (<see cref="SegmentationDataOptions.HoldOut"/>), or each of several parts in turn (<see cref="SegmentationDataOptions.Folds"/>).
/// </summary>
/// <remarks>
/// The division depends on the seed and on the names of the images alone: not on the order in which a folder lists them, nor on the
/// machine.
/// </remarks>
public sealed class SegmentationFolds
{
    private readonly LabelledSet all;
    private readonly SegmentationFiles files;
    private readonly SegmentationDataOptions options;
    private readonly IReadOnlyList<string> names;
    private readonly Dictionary<SegmentationImage, LabelMap> maps;
    private readonly int[] byName;

    private SegmentationFolds(SegmentationFiles files, LabelledSet all, IReadOnlyList<string> names, SegmentationDataOptions options)
    {
        (this.files, this.all, this.names, this.options) = (files, all, names, options);
        maps = all.Images.ToDictionary(image => image, _ => all.Classes.Map);
        byName = [.. Enumerable.Range(0, all.Images.Count).OrderBy(i => all.Images[i].Name, StringComparer.Ordinal)];
    }

    /// <summary>All images.</summary>
    public IReadOnlyList<SegmentationImage> Images => all.Images;

    /// <summary>How many parts are measured on: 1 if a share is held out.</summary>
    public int Count => options.Folds ?? 1;

    /// <summary>The number of images in the smallest part that is measured on.</summary>
    public int TestImages => options.Folds is { } folds
        ? Images.Count / folds
        : Math.Clamp((int)Math.Round(options.HoldOut!.Value * Images.Count, MidpointRounding.AwayFromZero), 1, Images.Count - 1);

    /// <summary>Whether options ask for a division.</summary>
    /// <param name="options">The options.</param>
    internal static bool AreAsked(SegmentationDataOptions options) => options.HoldOut is not null || options.Folds is not null;

    /// <summary>Finds the images and reads every mask, so that errors are found before any work.</summary>
    /// <param name="folder">The data set's folder; it must not have splits.</param>
    /// <param name="options">How it is divided, and its classes.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">
    /// The folder has splits, or options name them; there are too few images, or what <see cref="SegmentationData.Open"/> refuses.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SegmentationFolds Open(string folder, SegmentationDataOptions options, CancellationToken stop = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        string asked = options.Folds is not null ? "--folds" : options.HoldOut is not null ? "--hold-out"
            : throw new ArgumentException("Neither HoldOut nor Folds is given: SegmentationData.Open opens a folder with splits.", nameof(options));
        RefuseContradictions(options, asked);
        SegmentationFiles files = SegmentationFiles.Find(Path.GetFullPath(folder), options.Layout);
        if (files.Splits is not [var split])
        {
            throw new DataException(
                $"{folder} has the splits {string.Join(", ", files.Splits)}, and {asked} divides a folder without splits: "
                + $"leave {asked} out, or give a folder that has only the images to divide.");
        }

        LabelledSet all = LabelledSet.Open(files, folder, split, options, stop);
        int least = options.Folds ?? 2;
        if (all.Images.Count < least)
        {
            throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"{folder} has {all.Images.Count} labelled image{(all.Images.Count == 1 ? "" : "s")}, ")
                + string.Create(CultureInfo.InvariantCulture, $"and {asked} needs at least {least}: ")
                + (all.Images.Count > 1 ? "choose fewer folds or add images." : "add images."));
        }

        if (all.Images.GroupBy(image => image.MaskPath, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
        {
            throw new DataException(
                $"{string.Join(" and ", twice.Select(image => image.ImagePath))} have the same mask: a picture would be both learned from "
                + $"and measured on. Remove one of them.");
        }

        IReadOnlyList<string> names = all.Classes.Names ?? MaskClasses.Numbered(all.LastClass + 1);
        all.RefuseEmpty(names, folder, options.AllowEmptyClasses);
        return new SegmentationFolds(files, all, names, options);
    }

    /// <summary>The division by a seed: <see cref="Count"/> times other images to measure on, and the rest to learn from.</summary>
    /// <param name="seed">The seed.</param>
    /// <exception cref="DataException">
    /// A class has no pixel to learn from in one of them and this is not allowed, or no pixel to measure on counts.
    /// </exception>
    public IReadOnlyList<SegmentationData> Of(ulong seed)
    {
        int[] order = new CounterRandom(seed, (ulong)RandomPurpose.Folds).Permutation(Images.Count);
        return [.. Enumerable.Range(0, Count).Select(fold =>
        {
            IEnumerable<int> chosen = options.Folds is null ? order.Take(TestImages) : order.Where((_, place) => place % Count == fold);
            return Part([.. chosen.Select(i => byName[i])], fold, seed);
        })];
    }

    private SegmentationData Part(HashSet<int> test, int fold, ulong seed)
    {
        int[] learned = [.. Enumerable.Range(0, Images.Count).Where(i => !test.Contains(i))], measured = [.. test.Order()];
        HashSet<byte> inTrain = Classes(learned), inTest = Classes(measured);
        string place = string.Create(
            CultureInfo.InvariantCulture, $"{(options.Folds is null ? "the images held out" : $"fold {fold + 1} of {Count}")} by seed {seed}");
        if (inTest.Count == 0)
        {
            throw new DataException($"No pixel of {place} counts: choose another seed, or a larger part to measure on.");
        }

        string[] missing = [.. names.Where((_, c) => !inTrain.Contains((byte)c) && all.Survey.Pixels[c] > 0)];
        if (missing.Length > 0 && !options.AllowEmptyClasses)
        {
            throw new DataException(
                $"Every image with the class '{missing[0]}' is in {place}: none is left to learn it from. "
                + "Label more images of it, choose another seed, or use --allow-empty-classes (allowEmptyClasses in an ablation) to measure "
                + "anyway.");
        }

        return new SegmentationData(
            files.Layout, names, [.. learned.Select(i => Images[i])], [.. measured.Select(i => Images[i])], maps)
        {
            NotInTest = [.. names.Where((_, c) => !inTest.Contains((byte)c))],
            WithoutMask = all.LeftOut,
            Fold = options.Folds is null ? null : fold + 1,
            Meaning = all.Classes.Given,
        };
    }

    private HashSet<byte> Classes(int[] images) => [.. images.SelectMany(i => all.Survey.ClassesOf[i])];

    private static void RefuseContradictions(SegmentationDataOptions options, string asked)
    {
        if (options is { HoldOut: not null, Folds: not null })
        {
            throw new DataException("--hold-out and --folds are two ways to choose the images to measure on: give one of them.");
        }

        (string Flag, string? Value)[] splits =
            [("--train-split", options.TrainSplit), ("--test-split", options.TestSplit), ("--test-data", options.TestFolder)];
        if (Array.Find(splits, split => split.Value is not null) is { Flag: { } flag })
        {
            throw new DataException($"{asked} chooses the images to learn from and to measure on itself: leave {flag} or {asked} out.");
        }
    }
}
