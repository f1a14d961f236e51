using DenseCL.Data;
using DenseCL.Platform;
using DenseCL.Transfer.Labelled.Layouts;
using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Transfer.Labelled;

/// <summary>Labelled images for training and for testing. Every mask is checked when the data are opened.</summary>
public sealed class SegmentationData
{
    private readonly IReadOnlyDictionary<SegmentationImage, LabelMap> maps;

    internal SegmentationData(
        SegmentationLayout layout,
        IReadOnlyList<string> classNames,
        IReadOnlyList<SegmentationImage> train,
        IReadOnlyList<SegmentationImage> test,
        IReadOnlyDictionary<SegmentationImage, LabelMap> maps) =>
        (Layout, ClassNames, Train, Test, this.maps) = (layout, classNames, train, test, maps);

    /// <summary>The layout of the folder.</summary>
    public SegmentationLayout Layout { get; }

    /// <summary>The classes, in the order of their numbers.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Training images, in ordinal order of their names.</summary>
    public IReadOnlyList<SegmentationImage> Train { get; }

    /// <summary>Test images, in the same order.</summary>
    public IReadOnlyList<SegmentationImage> Test { get; }

    /// <summary>
    /// Classes without a pixel in the test images: they do not count in any mean unless some pixel is predicted as one of them.
    /// </summary>
    public IReadOnlyList<string> NotInTest { get; internal init; } = [];

    /// <summary>Images that were left out because they have no mask.</summary>
    public int WithoutMask { get; internal init; }

    /// <summary>Which of several folds this is, from 1; null if the data are not divided into folds.</summary>
    public int? Fold { get; internal init; }

    /// <summary>Images that are both in the training and in the test set: their results say nothing about other images.</summary>
    public int InBoth => Test.Intersect(Train).Count();

    /// <summary>Changes with the classes and values that were given as options; empty if the data set's own are used.</summary>
    internal string Meaning { get; init; } = "";

    /// <summary>The splits of a folder of images and masks in any known layout; none if it is not such a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> SplitsOf(string folder) => SegmentationFiles.Recognise(folder)?.Splits ?? [];

    /// <summary>Finds the images and reads every mask, so that errors are found before any work.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="options">Layout, splits and classes; detected if null. Without a division: <see cref="SegmentationFolds"/>
    /// divides.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">
    /// The layout of the folder is unknown, a split or a mask is missing, a mask and its image differ in size, a mask has a value that is
    /// not a class, a class has no training pixel, or no test pixel counts.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SegmentationData Open(string folder, SegmentationDataOptions? options = null, CancellationToken stop = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new();
        if (options.HoldOut is not null || options.Folds is not null)
        {
            throw new ArgumentException("HoldOut and Folds divide the images by a seed: use SegmentationFolds.Open.", nameof(options));
        }

        SegmentationFiles files = SegmentationFiles.Find(Path.GetFullPath(folder), options.Layout);
        SegmentationFiles testFiles = options.TestFolder is { } other
            ? SegmentationFiles.Find(Path.GetFullPath(other), SegmentationLayout.Auto)
            : files;
        string testFolder = options.TestFolder ?? folder;
        string trainSplit = Split(files, options.TrainSplit, files.Train, folder, "learn from", "--train-split");
        string testSplit = Split(
            testFiles,
            options.TestSplit,
            testFiles.Test ?? (options.TestFolder is null ? null : testFiles.Train),
            testFolder,
            "measure on",
            "--test-split or --test-data");
        LabelledSet train = LabelledSet.Open(files, folder, trainSplit, options, stop);
        LabelledSet test = LabelledSet.Open(testFiles, testFolder, testSplit, options, stop);

        IReadOnlyList<string> names = train.Classes.Names ?? MaskClasses.Numbered(Math.Max(train.LastClass, test.LastClass) + 1);
        RefuseOtherClasses(names, test);
        train.RefuseEmpty(names, folder, options.AllowEmptyClasses);
        if (test.Survey.Pixels.Take(names.Count).Sum() == 0)
        {
            throw new DataException(
                $"No pixel of the {test.Images.Count} masks to measure on counts, perhaps because the labels of this test split are not "
                + $"published: choose another split (--test-split)."
            );
        }

        Dictionary<SegmentationImage, LabelMap> maps = [];
        foreach (LabelledSet set in new[] { train, test })
        {
            foreach (SegmentationImage image in set.Images)
            {
                maps[image] = set.Classes.Map;
            }
        }

        return new SegmentationData(files.Layout, names, train.Images, test.Images, maps)
        {
            NotInTest = [.. names.Where((_, c) => test.Survey.Pixels[c] == 0)],
            WithoutMask = train.LeftOut + (testFiles == files && testSplit == trainSplit ? 0 : test.LeftOut),
            Meaning = train.Classes.Given,
        };
    }

    /// <summary>Some of the training images, chosen at random; a smaller selection is part of every larger one.</summary>
    /// <param name="count">How many, at least 1; null for all, as is a number greater than there are.</param>
    /// <param name="seed">Another seed chooses others.</param>
    public IReadOnlyList<SegmentationImage> Labelled(int? count, ulong seed)
    {
        int taken = CountLabelled(count);
        if (taken == Train.Count)
        {
            return Train;
        }

        int[] order = new CounterRandom(seed, (ulong)RandomPurpose.LabelledImages).Permutation(Train.Count);
        return [.. order.Take(taken).Order().Select(i => Train[i])];
    }

    /// <summary>How many images <see cref="Labelled"/> returns.</summary>
    /// <param name="count">How many are requested, at least 1; null for all.</param>
    public int CountLabelled(int? count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count ?? 1, 1, nameof(count));
        return Math.Min(count ?? Train.Count, Train.Count);
    }

    /// <summary>Reads the mask of an image.</summary>
    /// <param name="image">One of <see cref="Train"/> or <see cref="Test"/>.</param>
    /// <exception cref="DataException">The file has changed.</exception>
    public Mask ReadMask(SegmentationImage image) => maps[image].Read(image.MaskPath);

    private static string Split(SegmentationFiles files, string? asked, string? usual, string folder, string purpose, string option)
    {
        string splits = string.Join(", ", files.Splits);
        string split = asked ?? usual ?? throw new DataException(
            files.Splits.Count == 1
                ? $"{folder} has no split to {purpose}: hold a part of its images out (--hold-out 0.2), take turns (--folds 5), "
                    + $"or say {option}."
                : $"{folder} has the splits {splits}, none of which is clearly the one to {purpose}: say {option}.");
        return files.Splits.Contains(split, StringComparer.Ordinal)
            ? split
            : throw new DataException($"{folder} has no split '{split}', but {splits}.");
    }

    private static void RefuseOtherClasses(IReadOnlyList<string> names, LabelledSet test)
    {
        if (test.LastClass >= names.Count || (test.Classes.Names is { } others && !others.SequenceEqual(names, StringComparer.Ordinal)))
        {
            throw new DataException(
                "The images to measure on have other classes than those to learn from: "
                + "both need the same classes in the same order (classes.txt)."
            );
        }
    }
}
