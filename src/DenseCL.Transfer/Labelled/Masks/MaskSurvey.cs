using System.Globalization;
using DenseCL.Data;
using DenseCL.Images;

namespace DenseCL.Transfer.Labelled.Masks;

/// <summary>What was found when all masks of a set were read.</summary>
/// <param name="Pixels">(256) Pixels of each class; of 255 those that do not count.</param>
/// <param name="ClassesOf">The classes in the mask of each image, without 255.</param>
internal sealed record MaskSurvey(IReadOnlyList<long> Pixels, IReadOnlyList<byte[]> ClassesOf)
{
    private const int NamedAtMost = 3, ListedAtMost = 16, ListedFromAtMost = 200;

    /// <summary>Reads all masks; every mask must be as large as its image.</summary>
    /// <param name="images">The images.</param>
    /// <param name="map">The class of each value.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">An image or a mask cannot be used; the message names some.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static MaskSurvey Of(IReadOnlyList<SegmentationImage> images, LabelMap map, CancellationToken stop)
    {
        long[] pixels = new long[256];
        byte[][] classesOf = new byte[images.Count][];
        (string? Why, bool Unknown)[] wrong = new (string?, bool)[images.Count];
        Parallel.For(0, images.Count, new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            long[] counts = new long[256];
            wrong[i] = WhyWrong(images[i], map, counts);
            classesOf[i] = [.. Enumerable.Range(0, LabelMap.Ignore).Where(c => counts[c] > 0).Select(c => (byte)c)];
            lock (pixels)
            {
                for (int @class = 0; @class < pixels.Length; @class++)
                {
                    pixels[@class] += counts[@class];
                }
            }
        });

        string[] found = [.. wrong.Select(one => one.Why).OfType<string>()];
        if (found.Length == 0)
        {
            return new MaskSurvey(pixels, classesOf);
        }

        IEnumerable<string> lines = found.Take(NamedAtMost);
        if (found.Length > NamedAtMost)
        {
            lines = lines.Append(
                string.Create(CultureInfo.InvariantCulture, $"… and {found.Length - NamedAtMost} more of {images.Count}."));
        }

        throw new DataException(
            string.Join(Environment.NewLine, Array.Exists(wrong, one => one.Unknown) ? lines.Append(ValuesIn(images)) : lines));
    }

    private static (string? Why, bool Unknown) WhyWrong(SegmentationImage image, LabelMap map, long[] counts)
    {
        try
        {
            ImageHeader size = ImageDecoder.ReadHeader(image.ImagePath, ImageLimits.Default);
            if (map.TryRead(image.MaskPath, out Mask mask) is { } unknown)
            {
                return (unknown, true);
            }

            if (mask.Width != size.Width || mask.Height != size.Height)
            {
                return ($"The mask {image.MaskPath} is {mask.Width} × {mask.Height}, "
                    + $"but its image {image.ImagePath} is {size.Width} × {size.Height}: they must have the same size.", false);
            }

            foreach (byte value in mask.Values)
            {
                counts[value]++;
            }

            return (null, false);
        }
        catch (DataException e)
        {
            return (e.Message, false);
        }
        catch (ImageException e)
        {
            return ($"The image {image.ImagePath} cannot be used: {e.Message}.", false);
        }
    }

    /// <summary>A sentence with the values in the masks, and the option that gives each a class.</summary>
    private static string ValuesIn(IReadOnlyList<SegmentationImage> images)
    {
        Dictionary<PixelValue, long> values = [];
        foreach (SegmentationImage image in images.Take(ListedFromAtMost))
        {
            try
            {
                MaskPixels pixels = MaskFile.Read(image.MaskPath, ImageLimits.Default);
                for (int i = 0; i < pixels.Width * pixels.Height && values.Count <= ListedAtMost; i++)
                {
                    values[pixels[i]] = values.GetValueOrDefault(pixels[i]) + 1;
                }
            }
            catch (DataException)
            {
                // It is among those that are named.
            }
        }

        string masks = images.Count > ListedFromAtMost
            ? string.Create(CultureInfo.InvariantCulture, $"The first {ListedFromAtMost} masks")
            : "The masks";
        if (values.Count > ListedAtMost)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{masks} have more than {ListedAtMost} values or colours")
                + ": they seem to be photographs, drawings or smoothed edges. A mask has an exact value for each class; save it as PNG, "
                + "without smoothing. If the values are right, write them with their classes into a file for --classes.";
        }

        PixelValue[] order = [.. values.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.ToString(), StringComparer.Ordinal).Select(entry => entry.Key)];
        string map = string.Join(' ', order.Select((value, c) => string.Create(CultureInfo.InvariantCulture, $"--map {value}={c}")));
        return $"{masks} have the values {string.Join("; ", order)}, the most frequent first. Give each of them a class, such as {map}, "
            + $"or {ClassList.IgnoreWord} in place of a class; or write a line with value and name for each into a file for --classes.";
    }
}
