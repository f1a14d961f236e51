using System.CommandLine;
using System.Globalization;
using DenseCL.Cli.Display;
using DenseCL.Data;
using DenseCL.Data.Loading;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Recipes;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl bench loader</c>: how fast images become views.</summary>
internal static class BenchLoaderCommand
{
    private static readonly Argument<string> Images = new("DIR") { Description = "The images: whatever pretrain --images takes." };

    private static readonly Option<int> Size = new("--size")
    {
        Description = "Side of a view in pixels.",
        HelpName = "PIXELS",
        DefaultValueFactory = _ => 224,
    };

    private static readonly Option<int> Channels = new("--channels")
    {
        Description = "Channels of an image (data.channels); images of another number are left out unless it is 3.",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    };

    private static readonly Option<int?> Threads = new("--threads")
    {
        Description = "Threads that decode and augment; by default as many as pretrain uses.",
        HelpName = "N",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "The maximum number of images; the first ones of the source are used.",
        HelpName = "N",
        DefaultValueFactory = _ => 400,
    };

    public static Command Create() =>
        new Command(
            "loader",
            "Measures the loader on your own images, read from the cache: two views of each, with the paper's augmentation; "
            + "and decoding alone."
        )
        {
            Images,
            Size,
            Channels,
            Threads,
            Limit,
            JsonOutput.Option,
        }.Does("densecl bench loader photos --threads 2", Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        int size = call.GetValue(Size), limit = call.GetValue(Limit);
        int? threads = call.GetValue(Threads);
        if (limit < 1)
        {
            throw new DataException(FormattableString.Invariant($"--limit is {limit}: choose at least 1 image."));
        }

        if (size is < 32 or > 1024)
        {
            throw new DataException(FormattableString.Invariant($"--size is {size}: choose 32 to 1024 pixels."));
        }

        int channels = call.GetValue(Channels);
        if (channels is < 1 or > 8)
        {
            throw new DataException(FormattableString.Invariant($"--channels is {channels}: choose 1 to 8."));
        }

        if (threads is < 1 or > 256)
        {
            throw new DataException(FormattableString.Invariant($"--threads is {threads}: choose 1 to 256."));
        }

        // Any share of unusable images is accepted: they are left out and counted.
        DataOptions options = new() { Size = size, Channels = channels, Threads = threads, MaxBadShare = 1 };
        SkippedImages skipped = new();
        ImageSource source = ImageSource.Open(call.GetRequiredValue(Images)).Take(limit)
            .CheckHeaders(ImageLimits.Of(options), Environment.ProcessorCount, options.MaxBadShare, skipped, null, stop);
        return () =>
        {
            if (skipped.Entries is [var first, ..])
            {
                Console.Error.WriteLine(
                    Printable.Text(
                        FormattableString.Invariant(
                            $"Note: {skipped.Count:N0} images cannot be used and are left out, such as {first.File} ({first.Reason}).")));
            }

            LoaderSpeed speed = LoaderBenchmark.Run(source, options, stop);
            if (call.GetValue(JsonOutput.Option))
            {
                JsonOutput.Print(
                    "bench loader",
                    new { images = source.Root, speed.Files, size, channels, precision = "uint8", speed.Threads },       // the type of the views
                    new
                    {
                        imagesPerSecond = Math.Round(speed.ImagesPerSecond, 1),
                        decodeOnly = Math.Round(speed.DecodedPerSecond, 1),
                        peakRssMb = speed.PeakMegabytes,
                    });
                return Verb.Done;
            }

            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{speed.Files:N0} images, {size} px, threads: {speed.Threads}: "
                    + $"{speed.ImagesPerSecond:F1} images/s of two views each, {speed.DecodedPerSecond:F1} images/s decoded alone, "
                    + $"at most {speed.PeakMegabytes:N0} MB"));
            return Verb.Done;
        };
    }
}
