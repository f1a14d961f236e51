using System.Globalization;
using DenseCL.Data.Shards;
using DenseCL.Images;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Data.Sources;

/// <summary>Mean and standard deviation of each channel, measured on a sample of a set.</summary>
/// <remarks>
/// Up to 256 images, evenly spaced in the order of the source, count with up to 65,536 pixels each. Whole numbers are summed, so the result
/// is the same whatever the number of threads.
/// </remarks>
internal sealed class ChannelSurvey
{
    private const int Images = 256;
    private const int PixelsOfImage = 1 << 16;
    private const int Decimals = 4;
    private const double LeastStd = 0.001;  // the least that data.std takes: a channel that is the same everywhere has none

    private readonly long[] sums;
    private readonly long[] squares;
    private long pixels;

    private ChannelSurvey(int channels) => (sums, squares) = (new long[channels], new long[channels]);

    /// <summary>The means, of pixel values scaled to 0 … 1.</summary>
    public PerChannel Mean => Each(channel => MeanOf(channel) / byte.MaxValue);

    /// <summary>The standard deviations, at least the least that a recipe takes.</summary>
    public PerChannel Std => Each(channel =>
    {
        double mean = MeanOf(channel), variance = Math.Max(0, ((double)squares[channel] / pixels) - (mean * mean));
        return Math.Max(LeastStd, Math.Sqrt(variance) / byte.MaxValue);
    });

    /// <summary>Looks at a source.</summary>
    /// <param name="source">The images; those that cannot be read do not count.</param>
    /// <param name="data">The channels, the depth and the limits within which an image is used.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DataException">No image can be used.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ChannelSurvey Of(ImageSource source, DataOptions data, CancellationToken stop)
    {
        using OpenShards shards = new();
        var limits = ImageLimits.Of(data);
        var survey = new ChannelSurvey(data.Channels);
        SkippedImages skipped = new();
        ImageEntry[] sample = [.. Survey.Evenly(source.Entries, Images)];
        ParallelOptions parallel = new()
        {
            MaxDegreeOfParallelism = data.Threads ?? Environment.ProcessorCount,
            CancellationToken = stop,
        };
        Parallel.ForEach(sample, parallel, () => new RgbImage(), (entry, _, image) =>
        {
            try
            {
                using ImageFile file = shards.Open(entry, limits);
                ImageDecoder.Decode(file.Read(file.Length), image, limits, data.Depth);
                survey.Add(image);
            }
            catch (ImageException e)
            {
                skipped.Add(entry.Name, e.Message);
            }

            return image;
        }, _ => { });
        return survey.pixels > 0 ? survey : throw new DataException(string.Create(
            CultureInfo.InvariantCulture,
            $"The means of the channels cannot be measured: none of {sample.Length:N0} images can be used: {skipped.FirstReasons}."));
    }

    /// <summary>What to tell the user if there are more channels than are used of them; null if not.</summary>
    public static string? NoteOf(ImageSource source, ImageLimits limits, CancellationToken stop)
    {
        using OpenShards shards = new();
        int looked = 0;
        List<int> more = [];
        foreach (ImageEntry entry in Survey.Evenly(source.Entries, Images))
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                using ImageFile file = shards.Open(entry, limits);
                looked++;
                if (!EncodedImage.MayHaveMoreChannels(file.Read(EncodedImage.DeepHeadBytes))) continue;

                int channels = ImageDecoder.ReadSamples(file.Read(file.Length), limits).Channels;
                if (channels is not (1 or DataOptions.Rgb)) more.Add(channels);
            }
            catch (ImageException)
            {
                // It is listed where it is used.
            }
        }

        return more.Count == 0 ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"{more.Count} of {looked} images that were looked at have {Counts(more)} channels, of which only grey or red, green and blue are used. "
            + $"Choose data.channels={Math.Min(more.Max(), DataOptions.MostChannels)} to use all.");
    }

    private static string Counts(List<int> counts) =>
        counts.Min() == counts.Max() ? $"{counts.Max()}" : $"{counts.Min()} to {counts.Max()}";

    private void Add(RgbImage image)
    {
        int channels = image.Channels, count = image.Width * image.Height, step = (count + PixelsOfImage - 1) / PixelsOfImage;
        Span<long> sum = stackalloc long[channels], square = stackalloc long[channels];
        long counted = 0;
        for (int pixel = 0; pixel < count; pixel += step, counted++)
        {
            ReadOnlySpan<byte> values = image.Pixels.Slice(pixel * channels, channels);
            for (int channel = 0; channel < channels; channel++)
            {
                sum[channel] += values[channel];
                square[channel] += values[channel] * values[channel];
            }
        }

        lock (sums)
        {
            pixels += counted;
            for (int channel = 0; channel < channels; channel++)
                (sums[channel], squares[channel]) = (sums[channel] + sum[channel], squares[channel] + square[channel]);
        }
    }

    private double MeanOf(int channel) => (double)sums[channel] / pixels;

    private PerChannel Each(Func<int, double> value) =>
        new([.. Enumerable.Range(0, sums.Length).Select(channel => Math.Round(value(channel), Decimals))]);
}
