using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DenseCL.Cli.Display;
using DenseCL.Data;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Platform;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl data pack</c>: any source into tar shards.</summary>
internal static class DataPackCommand
{
    private static readonly Option<string> Images = new("--images")
    {
        Description =
            "The images: a folder (with all below it), a list (.txt, one path a line), a COCO or ImageNet folder, "
            + "COCO annotations (.json), a pack, or tars.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "The folder to make; must not exist, or be empty.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string?> ShardSize = new("--shard-size")
    {
        Description = "Maximum size of a shard, such as 500MB or 1GB. Default: 256MB, or no limit with --images-per-shard.",
        HelpName = "SIZE",
    };

    private static readonly Option<int?> ImagesPerShard = new("--images-per-shard")
    {
        Description = "Maximum number of images in a shard.",
        HelpName = "N",
    };

    private static readonly Option<int?> ShortSide = new("--short-side")
    {
        Description = "Reduce images whose shorter side is longer to this, as JPEG. Default: every image keeps its bytes.",
        HelpName = "PIXELS",
    };

    private static readonly Option<int?> Quality = new("--quality")
    {
        Description = "JPEG quality of reduced images, 1 to 100. Default: 90.",
        HelpName = "Q",
    };

    private static readonly Option<int?> Threads = new("--threads")
    {
        Description = "Images that are read and reduced at a time; it does not affect the result. Default: one per processor.",
        HelpName = "N",
    };

    public static Command Create() =>
        new Command(
            "pack",
            "Packs images into tar shards in WebDataset's layout with an index: few large files instead of millions of small ones. "
            + "Give the folder to pretrain --images."
        )
        {
            Images,
            Out,
            ShardSize,
            ImagesPerShard,
            ShortSide,
            Quality,
            Threads,
            JsonOutput.Option,
        }.Does(
            """
            densecl data pack --images photos --out packed
            densecl data pack --images imagenet --out packed --short-side 512 --shard-size 1GB
              packed/shard-000000.tar …  the images as 000000000.jpg, the class as .cls, the original name and size as .json
              packed/index.jsonl         where each image lies
              packed/skipped.jsonl       what could not be used, and why
            densecl pretrain --images packed --out run
            """,
            Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        if (call.GetValue(Quality) is not null && call.GetValue(ShortSide) is null)
        {
            throw new DataException("--quality is for images that are reduced: give --short-side too, or leave it out.");
        }

        int? imagesPerShard = call.GetValue(ImagesPerShard);
        ShardPackOptions options = new() { ImagesPerShard = imagesPerShard, ShortSide = call.GetValue(ShortSide) };
        options = options with
        {
            ShardBytes = call.GetValue(ShardSize) is { } size ? Bytes(size) : imagesPerShard is null ? options.ShardBytes : long.MaxValue,
            Quality = call.GetValue(Quality) ?? options.Quality,
            Threads = call.GetValue(Threads) ?? options.Threads,
        };
        string folder = call.GetRequiredValue(Out);
        NewFolder.RefuseOccupied(folder);
        ImageSource source = ImageSource.Open(call.GetRequiredValue(Images));
        bool json = call.GetValue(JsonOutput.Option);
        if (!json)
        {
            Console.WriteLine(Printable.Text(source.Description));
        }

        return () => Pack(source, Path.GetFullPath(folder), options, json, stop);
    }

    private static int Pack(ImageSource source, string folder, ShardPackOptions options, bool json, CancellationToken stop)
    {
        SkippedImages skipped = new();
        Stopwatch watch = Stopwatch.StartNew();
        ShardPackProgress Write(IProgress<ShardPackProgress>? progress) =>
            ShardPack.Write(source, folder, options, skipped, progress, stop);
        ShardPackProgress made = json ? Write(null) : PackDisplay.Show(Write);
        if (json)
        {
            JsonOutput.Print(
                "data pack",
                new
                {
                    images = source.Root,
                    @out = folder,
                    shardBytes = options.ShardBytes == long.MaxValue ? (long?)null : options.ShardBytes,
                    options.ImagesPerShard,
                    options.ShortSide,
                    quality = options.ShortSide is null ? (int?)null : options.Quality,
                    options.Threads,
                },
                new { images = made.Packed, skipped = skipped.Count, made.Shards, made.Bytes, seconds = Math.Round(watch.Elapsed.TotalSeconds, 3) });
            return Verb.Done;
        }

        if (skipped.Count > 0)
        {
            Console.WriteLine(
                FormattableString.Invariant(
                    $"{skipped.Count:N0} images cannot be used and were left out: {Path.Combine(folder, "skipped.jsonl")}"));
        }

        Console.WriteLine(
            FormattableString.Invariant($"{made.Packed:N0} images, shards: {made.Shards:N0}, {made.Bytes / 1e6:N1} MB: {folder}"));
        return Verb.Done;
    }

    // 500MB, 1GB, 64 MiB, 1000000: decimal units as for disks, or binary units with an i as for memory.
    private static long Bytes(string size)
    {
        string text = size.Trim();
        int digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        long unit = text[digits..].Trim().ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "TB" => 1_000_000_000_000,
            "KIB" => 1L << 10,
            "MIB" => 1L << 20,
            "GIB" => 1L << 30,
            "TIB" => 1L << 40,
            _ => 0,
        };
        bool number = decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value);
        return number && unit > 0 && value <= (1L << 50) / unit && value * unit >= 1
            ? (long)(value * unit)
            : throw new DataException($"--shard-size is '{size}': choose a size such as 256MB, 1GB or 512MiB.");
    }
}
