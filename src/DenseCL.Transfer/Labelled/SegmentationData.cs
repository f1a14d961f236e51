using System.Globalization;
using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Platform;

namespace DenseCL.Transfer.Labelled;

/// <summary>Labelled images for training and for testing. Every mask is checked when the data are opened.</summary>
public sealed class SegmentationData
{
    private const int NamedAtMost = 3;

    private readonly Dictionary<SegmentationImage, LabelMap> maps;

    private SegmentationData(
        SegmentationLayout layout,
        IReadOnlyList<string> classNames,
        IReadOnlyList<SegmentationImage> train,
        IReadOnlyList<SegmentationImage> test,
        Dictionary<SegmentationImage, LabelMap> maps) => (Layout, ClassNames, Train, Test, this.maps) = (layout, classNames, train, test, maps);

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
    public IReadOnlyList<string> NotInTest { get; private init; } = [];

    /// <summary>Images that are both in the training and in the test set: their results say nothing about other images.</summary>
    public int InBoth => Test.Intersect(Train).Count();

    /// <summary>The splits of a folder of images and masks in any known layout; none if it is not such a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> SplitsOf(string folder) => SegmentationFiles.Recognise(folder)?.Splits ?? [];

    /// <summary>Finds the images and reads every mask, so that errors are found before any work.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="options">Layout and splits; detected if null.</param>
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
        SegmentationFiles files = SegmentationFiles.Find(Path.GetFullPath(folder), options.Layout);
        SegmentationFiles testFiles = options.TestFolder is { } other
            ? SegmentationFiles.Find(Path.GetFullPath(other), SegmentationLayout.Auto)
            : files;
        IReadOnlyList<SegmentationImage> train = Split(files, options.TrainSplit, files.Train, folder, "learn from", "--train-split");
        IReadOnlyList<SegmentationImage> test = Split(
            testFiles,
            options.TestSplit,
            testFiles.Test ?? (options.TestFolder is null ? null : testFiles.Train),
            options.TestFolder ?? folder,
            "measure on",
            "--test-split or --test-data");

        Dictionary<SegmentationImage, LabelMap> maps = [];
        foreach ((IReadOnlyList<SegmentationImage> images, SegmentationFiles of) in new[] { (train, files), (test, testFiles) })
        {
            IEnumerable<byte> anything = Enumerable.Range(0, of.ClassNames?.Count ?? 255).Select(value => (byte)value);
            LabelMap map = new(of.Meanings ?? anything, options.Ignore);
            foreach (SegmentationImage image in images)
            {
                maps[image] = map;
            }
        }

        long[] inTrain = Look(train, maps, stop), inTest = Look(test, maps, stop);
        IReadOnlyList<string> names = files.ClassNames ?? Numbered(inTrain, inTest);
        RefuseOtherClasses(names, testFiles, inTest);
        RefuseEmpty(names, inTrain, folder, options.AllowEmptyClasses);
        if (inTest.Take(names.Count).Sum() == 0)
        {
            throw new DataException(
                $"No pixel of the {test.Count} masks to measure on counts, perhaps because the labels of this test split are not "
                + $"published: choose another split (--test-split)."
            );
        }

        return new SegmentationData(files.Layout, names, train, test, maps) { NotInTest = [.. names.Where((_, c) => inTest[c] == 0)] };
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
    public Mask ReadMask(SegmentationImage image) => Read(image, maps[image]);

    private static IReadOnlyList<SegmentationImage> Split(
        SegmentationFiles files,
        string? asked,
        string? usual,
        string folder,
        string purpose,
        string option)
    {
        string splits = string.Join(", ", files.Splits);
        string split =
            asked
            ?? usual
            ?? throw new DataException($"{folder} has the splits {splits}, none of which is clearly the one to {purpose}: say {option}.");
        return files.Splits.Contains(split, StringComparer.Ordinal)
            ? files.Images(split)
            : throw new DataException($"{folder} has no split '{split}', but {splits}.");
    }

    private static Mask Read(SegmentationImage image, LabelMap map)
    {
        Mask mask = MaskFile.Read(image.MaskPath, ImageLimits.Default);
        byte[] values = mask.Values;
        for (int i = 0; i < values.Length; i++)
        {
            int @class = map[values[i]];
            if (@class == LabelMap.Unknown)
            {
                throw new DataException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The mask {image.MaskPath} has the value {values[i]} at column {i % mask.Width}, row {i / mask.Width}, "
                        + $"which is not a class of this data set. "
                        + $"Name it as one to ignore (--ignore) if such pixels are not to count, or correct the mask or classes.txt."
                    ));
            }

            values[i] = (byte)@class;
        }

        return mask;
    }

    /// <summary>Reads all masks and counts the pixels of each class; every mask must be as large as its image.</summary>
    private static long[] Look(IReadOnlyList<SegmentationImage> images, Dictionary<SegmentationImage, LabelMap> maps, CancellationToken stop)
    {
        long[] pixels = new long[256];
        string?[] wrong = new string?[images.Count];
        ParallelOptions options = new() { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, images.Count, options, () => new long[256], (i, _, counts) =>
        {
            wrong[i] = WhyWrong(images[i], maps[images[i]], counts);
            return counts;
        }, counts =>
        {
            lock (pixels)
            {
                for (int value = 0; value < pixels.Length; value++)
                {
                    pixels[value] += counts[value];
                }
            }
        });

        string[] found = [.. wrong.OfType<string>()];
        return found.Length == 0
            ? pixels
            : throw new DataException(
                string.Join(
                        Environment.NewLine,
                        found
                            .Take(NamedAtMost)
                            .Append(found.Length > NamedAtMost ? $"… and {found.Length - NamedAtMost} more of {images.Count}." : ""))
                    .TrimEnd());
    }

    private static string? WhyWrong(SegmentationImage image, LabelMap map, long[] counts)
    {
        try
        {
            ImageHeader size = ImageDecoder.ReadHeader(image.ImagePath, ImageLimits.Default);
            Mask mask = Read(image, map);
            if (mask.Width != size.Width || mask.Height != size.Height)
            {
                return $"The mask {image.MaskPath} is {mask.Width} × {mask.Height}, "
                    + $"but its image {image.ImagePath} is {size.Width} × {size.Height}: they must have the same size.";
            }

            foreach (byte value in mask.Values)
            {
                counts[value]++;
            }

            return null;
        }
        catch (DataException e)
        {
            return e.Message;
        }
        catch (ImageException e)
        {
            return $"The image {image.ImagePath} cannot be used: {e.Message}.";
        }
    }

    private static IReadOnlyList<string> Numbered(long[] inTrain, long[] inTest)
    {
        int last = Enumerable.Range(0, LabelMap.Ignore).LastOrDefault(c => inTrain[c] > 0 || inTest[c] > 0);
        return [.. Enumerable.Range(0, last + 1).Select(c => string.Create(CultureInfo.InvariantCulture, $"class {c}"))];
    }

    private static void RefuseOtherClasses(IReadOnlyList<string> names, SegmentationFiles testFiles, long[] inTest)
    {
        int last = Enumerable.Range(0, LabelMap.Ignore).LastOrDefault(c => inTest[c] > 0);
        if (last >= names.Count || (testFiles.ClassNames is { } others && !others.SequenceEqual(names, StringComparer.Ordinal)))
        {
            throw new DataException(
                "The images to measure on have other classes than those to learn from: "
                + "both need the same classes in the same order (classes.txt)."
            );
        }
    }

    private static void RefuseEmpty(IReadOnlyList<string> names, long[] inTrain, string folder, bool allowed)
    {
        string[] empty = [.. names.Where((_, c) => inTrain[c] == 0)];
        if (empty.Length == names.Count || names.Count < 2)
        {
            throw new DataException($"The masks of {folder} have fewer than two classes with pixels: there is nothing to distinguish.");
        }

        if (empty.Length > 0 && !allowed)
        {
            throw new DataException(
                $"No pixel to learn from is of {(empty.Length == 1 ? "the class" : $"{empty.Length} classes, such as")} "
                + $"{string.Join(", ", empty.Take(NamedAtMost).Select(name => $"'{name}'"))}. "
                    + "Use --allow-empty-classes (allowEmptyClasses in an ablation) to measure anyway (their intersection over union "
                    + "will be 0), or take them out of the masks and classes.txt."
            );
        }
    }
}
