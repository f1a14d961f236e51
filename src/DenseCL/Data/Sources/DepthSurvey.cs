using System.Globalization;
using System.Numerics;
using DenseCL.Data.Shards;
using DenseCL.Images;
using DenseCL.Recipes.Settings;

namespace DenseCL.Data.Sources;

/// <summary>Which values the pictures of more than 8 bits a sample use, measured on a sample of a set.</summary>
/// <remarks>
/// Up to 256 images, evenly spaced in the order of the source, are looked at, and the pixels of up to 32 of those with more than 8 bits are
/// counted. The result depends on the images and their order only.
/// </remarks>
public sealed class DepthSurvey
{
    private const int LookedAt = 256;
    private const int Counted = 32;
    private const int PixelsOfImage = 1 << 16;
    private const double Tail = 0.001;

    // Less than a quarter of the range: half-dark pictures are nothing unusual.
    private const int BitsUnused = 2;

    private readonly long[] histogram = new long[1 << 16];
    private int deep;
    private int dark;
    private int darkBits;

    private DepthSurvey()
    {
    }

    /// <summary>
    /// What to tell the user if pictures use so few of their bits that they become nearly black; null if none do.
    /// </summary>
    public string? Note => dark == 0
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{dark} of {deep} images of 16 bits that were looked at use at most {darkBits} bits, and become nearly black. "
            + $"Choose data.depth={Math.Max(darkBits, 8)} if that is what the camera writes, or data.depth=stretch.");

    /// <summary>The measured values that become black and white; all 16 bits if no picture has more than 8.</summary>
    public PixelDepth Stretched
    {
        get
        {
            long total = histogram.Sum();
            if (total == 0) return PixelDepth.OfRange(0, ushort.MaxValue);

            int black = Percentile((long)(total * Tail)), white = Percentile((long)(total * (1 - Tail)));
            return black < white ? PixelDepth.OfRange(black, white)
                : PixelDepth.OfRange(Math.Min(black, ushort.MaxValue - 1), Math.Min(black, ushort.MaxValue - 1) + 1);
        }
    }

    /// <summary>Looks at a source.</summary>
    /// <param name="source">The images; those that cannot be read do not count.</param>
    /// <param name="limits">The limits within which an image is used.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static DepthSurvey Of(ImageSource source, ImageLimits limits, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(limits);
        using OpenShards shards = new();
        var survey = new DepthSurvey();
        List<ImageEntry> found = [.. Survey.Evenly(source.Entries, LookedAt).Where(entry => IsDeep(entry, limits, shards, stop))];
        RgbImage upper = new(), lower = new();
        foreach (ImageEntry entry in Survey.Evenly(found, Counted))
        {
            stop.ThrowIfCancellationRequested();
            survey.Count(entry, limits, shards, upper, lower);
        }

        return survey;
    }

    private static bool IsDeep(ImageEntry entry, ImageLimits limits, OpenShards shards, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            using ImageFile file = shards.Open(entry, limits);
            return EncodedImage.MayBeDeep(file.Read(EncodedImage.DeepHeadBytes))
                && ImageDecoder.ReadSamples(file.Read(file.Length), limits).Stored > 8;
        }
        catch (ImageException)
        {
            return false;
        }
    }

    private void Count(ImageEntry entry, ImageLimits limits, OpenShards shards, RgbImage upper, RgbImage lower)
    {
        int said;
        try
        {
            using ImageFile file = shards.Open(entry, limits);
            ReadOnlySpan<byte> bytes = file.Read(file.Length);
            said = ImageDecoder.ReadSamples(bytes, limits).Used;
            ImageReader.Decode(bytes, limits, SampleTable.UpperBytes, upper);
            ImageReader.Decode(bytes, limits, SampleTable.LowerBytes, lower);
        }
        catch (ImageException)
        {
            return;
        }

        int pixels = upper.Width * upper.Height, samples = upper.Pixels.Length, largest = 0;
        int step = ((pixels + PixelsOfImage - 1) / PixelsOfImage * upper.Channels) - (upper.Channels - 1);
        for (int i = 0; i < samples; i++)
            largest = Math.Max(largest, (upper.Pixels[i] << 8) | lower.Pixels[i]);

        // One more than a multiple of the channels: all of them have their turn.
        for (int i = 0; i < samples; i += step)
            histogram[(upper.Pixels[i] << 8) | lower.Pixels[i]]++;

        deep++;
        int used = 32 - BitOperations.LeadingZeroCount((uint)largest);
        if (used > said - BitsUnused) return;

        dark++;
        darkBits = Math.Max(darkBits, used);
    }

    // The smallest value that more than so many are not above.
    private int Percentile(long below)
    {
        long sum = 0;
        int value = 0;
        while (value < histogram.Length - 1 && (sum += histogram[value]) <= below)
            value++;

        return value;
    }
}
