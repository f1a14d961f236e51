using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DenseCL.Data;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Recipes;

namespace DenseCL.Tests.Data.Shards;

public sealed class ShardPackTests : IDisposable
{
    private readonly TemporaryImages files = new();
    private readonly TemporaryFolder made = new();

    public void Dispose()
    {
        files.Dispose();
        made.Dispose();
    }

    private ImageSource Pictures(int count = 14, string folder = "")
    {
        string[] types = ["jpg", "png", "webp"];
        for (int i = 0; i < count; i++)
            files.Picture(string.Create(CultureInfo.InvariantCulture, $"{folder}{i:D2}.{types[i % 3]}"), 40 + (9 * i), 100 - (3 * i), i);

        return ImageSource.Open(files.Root);
    }

    private string Pack(ImageSource source, string name, ShardPackOptions? options = null, SkippedImages? skipped = null)
    {
        ShardPack.Write(
            source,
            made[name],
            options ?? new() { ImagesPerShard = 4 },
            skipped ?? new(),
            null,
            TestContext.Current.CancellationToken);
        return made[name];
    }

    private static (string Name, byte[] Content)[] Members(string folder)
    {
        var members = new List<(string, byte[])>();
        foreach (string shard in Directory.GetFiles(folder, "*.tar").Order(StringComparer.Ordinal))
        {
            using FileStream file = File.OpenRead(shard);
            using var tar = new TarReader(file);
            while (tar.GetNextEntry() is { } entry)
            {
                using var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                members.Add((entry.Name, content.ToArray()));
            }
        }

        return [.. members];
    }

    private static void AssertSameFiles(string expected, string actual)
    {
        string[] names = [.. Directory.GetFiles(expected).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        Assert.Equal(names, Directory.GetFiles(actual).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(
            names,
            name => Assert.Equal(File.ReadAllBytes(Path.Combine(expected, name)), File.ReadAllBytes(Path.Combine(actual, name))));
    }

    [Fact]
    public void The_longest_name_that_a_tar_gives_an_image_can_be_packed_and_read_again()
    {
        string tar = made[$"{new string('t', 251)}.tar"], member = $"{new string('m', 4092)}.jpg";
        using (FileStream file = File.Create(tar))
        using (TarWriter writer = new(file))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, member) { DataStream = new MemoryStream(File.ReadAllBytes(files.Picture("picture.jpg"))) });
        }

        ImageSource source = ImageSource.Open(tar);
        Assert.Equal($"{Path.GetFileName(tar)}/{member}", ImageSource.Open(Pack(source, "pack")).Entries.Single().Name);
    }

    [Theory]
    [InlineData(Shuffle.Full)]
    [InlineData(Shuffle.Shards)]
    public void A_pack_gives_the_same_batches_as_the_folder_it_was_made_of(Shuffle shuffle)
    {
        ImageSource folder = Pictures();
        var pack = ImageSource.Open(Pack(folder, "pack"));

        Assert.Equal(folder.Fingerprint, pack.Fingerprint);
        Assert.Equal(folder.Entries.Select(e => e.Name), pack.Entries.Select(e => e.Name));
        Assert.Equal($"14 images in 4 shards of {made["pack"]}.", pack.Description);
        Assert.Equivalent(Batches.Of(folder, shuffle), Batches.Of(pack, shuffle), strict: true);
    }

    [Fact]
    public void Batches_of_a_pack_read_by_runs_do_not_depend_on_threads_or_on_where_an_epoch_is_entered_or_on_the_size_of_shards()
    {
        ImageSource folder = Pictures();
        var pack = ImageSource.Open(Pack(folder, "pack"));
        List<(string[], byte[], byte[])> one = Batches.Of(pack, Shuffle.Shards, threads: 1);

        Assert.Equivalent(one, Batches.Of(pack, Shuffle.Shards, threads: 4), strict: true);
        Assert.Equivalent(one[2..], Batches.Of(pack, Shuffle.Shards, first: 2), strict: true);
        var other = ImageSource.Open(Pack(folder, "other", new() { ImagesPerShard = 9 }));
        Assert.Equivalent(one, Batches.Of(other, Shuffle.Shards), strict: true);
    }

    [Fact]
    public void The_same_source_gives_the_same_bytes_with_one_thread_and_with_four_and_from_a_pack_of_itself()
    {
        files.BadHeaders();
        Pictures(folder: "a/");
        ImageSource source = Pictures(9, "b/");
        ShardPackOptions options = new() { ImagesPerShard = 5 };
        SkippedImages skipped = new();
        string one = Pack(source, "one", options with { Threads = 1 }, skipped);

        Assert.Equal(5, skipped.Count);
        AssertSameFiles(one, Pack(source, "four", options with { Threads = 4 }));
        string again = Pack(ImageSource.Open(one), "again", options);
        File.Copy(Path.Combine(one, "skipped.jsonl"), Path.Combine(again, "skipped.jsonl"), overwrite: true);
        AssertSameFiles(one, again);

        options = options with { ShortSide = 48 };
        AssertSameFiles(Pack(source, "small-one", options with { Threads = 1 }), Pack(source, "small-four", options with { Threads = 4 }));
    }

    [Fact]
    public void Members_are_the_unchanged_files_under_running_keys_with_class_and_origin()
    {
        files.Picture("cat/1.1.jpeg", 60, 50, 1);
        files.Picture("cat/ö 2.png", 61, 51, 2);
        files.Picture("dog/3.JPG", 62, 52, 3);
        (string Name, byte[] Content)[] members = Members(Pack(ImageSource.Open(files.Root), "pack"));

        Assert.Equal(
            ["000000000.jpg", "000000000.cls", "000000000.json", "000000001.png", "000000001.cls", "000000001.json", "000000002.jpg", "000000002.cls", "000000002.json"],
            members.Select(m => m.Name));
        Assert.Equal(["0", "0", "1"], members.Where(m => m.Name.EndsWith(".cls", StringComparison.Ordinal)).Select(m => Encoding.ASCII.GetString(m.Content)));
        string[] names = ["cat/1.1.jpeg", "cat/ö 2.png", "dog/3.JPG"];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(File.ReadAllBytes(files.PathOf(names[i])), members[3 * i].Content);
            using JsonDocument origin = JsonDocument.Parse(members[(3 * i) + 2].Content);
            Assert.Equal(
                (names[i], 60 + i, 50 + i),
                (
                    origin.RootElement.GetProperty("name").GetString(),
                    origin.RootElement.GetProperty("width").GetInt32(),
                    origin.RootElement.GetProperty("height").GetInt32()));
            Assert.Equal(names[i][..3], origin.RootElement.GetProperty("class").GetString());
        }
    }

    [Fact]
    public void Classes_are_those_of_the_folder()
    {
        files.Picture("b/1.jpg");
        files.Picture("a/2.jpg");
        files.Picture("b/3.jpg");
        var pack = ImageSource.Open(Pack(ImageSource.Open(files.Root), "pack"));

        Assert.Equal(["a", "b"], pack.ClassNames);
        Assert.Equal([0, 1, 1], pack.Entries.Select(e => e.Label));
        Assert.Equal($"3 images in 1 shard of {made["pack"]}, 2 classes.", pack.Description);
    }

    [Fact]
    public void The_short_side_is_reduced_where_it_is_longer_and_other_images_keep_their_bytes()
    {
        files.Picture("a.png", 200, 100, 1);
        files.Picture("b.jpg", 90, 301, 2);
        files.Picture("c.png", 64, 500, 3);
        files.Picture("d.webp", 50, 40, 4);
        byte[] turned = File.ReadAllBytes(files.Picture("e.jpg", 300, 150, 5));
        files.Write("e.jpg", [.. turned[..2], .. Orientation(6), .. turned[2..]]);
        string pack = Pack(ImageSource.Open(files.Root), "pack", new() { ShortSide = 64 });
        ImageSource source = ImageSource.Open(pack);

        // 64 · 301 / 90 = 214.04; a turned 300 × 150 is seen as 150 × 300.
        ImageHeader?[] expected = [new(128, 64), new(64, 214), new(64, 500), new(50, 40), new(64, 128)];
        Assert.Equal(expected, source.Entries.Select(e => e.Header));
        (string Name, byte[] Content)[] images = [.. Members(pack).Where(m => !m.Name.EndsWith(".json", StringComparison.Ordinal))];
        Assert.Equal([".jpg", ".jpg", ".png", ".webp", ".jpg"], images.Select(m => Path.GetExtension(m.Name)));
        for (int i = 0; i < 5; i++)
        {
            var image = new RgbImage();
            ImageDecoder.Decode(images[i].Content, image, ImageLimits.Default);
            Assert.Equal(expected[i], new ImageHeader(image.Width, image.Height));
        }

        Assert.Equal(File.ReadAllBytes(files.PathOf("c.png")), images[2].Content);
        Assert.Equal(File.ReadAllBytes(files.PathOf("d.webp")), images[3].Content);
    }

    [Fact]
    public void A_reduced_image_is_the_resampled_one_up_to_what_the_JPEG_loses()
    {
        files.Picture("a.png", 200, 100, 1);
        ImageSource source = ImageSource.Open(Pack(ImageSource.Open(files.Root), "pack", new() { ShortSide = 50, Quality = 100 }));
        var (original, packed) = (new RgbImage(), new RgbImage());
        ImageDecoder.Decode(files.PathOf("a.png"), original, ImageLimits.Default);
        byte[] bytes = File.ReadAllBytes(source.Entries[0].Path)
            .AsSpan((int)source.Entries[0].Offset, (int)source.Entries[0].Length)
            .ToArray();
        ImageDecoder.Decode(bytes, packed, ImageLimits.Default);
        byte[] expected = new byte[100 * 50 * 3];
        Resample.ResizedCrop(original, 0, 0, 200, 100, expected, 100, 50, new Scratch());

        // Brightness is kept at full resolution; colour at half of it.
        double[] differences = [.. Enumerable.Range(0, 100 * 50).Select(i => Math.Abs(Brightness(expected, 3 * i) - Brightness(packed.Pixels.ToArray(), 3 * i)))];
        Assert.True(differences.Average() < 2, $"mean {differences.Average()}");

        static double Brightness(byte[] pixels, int at) => (0.299 * pixels[at]) + (0.587 * pixels[at + 1]) + (0.114 * pixels[at + 2]);
    }

    [Fact]
    public void A_shard_is_not_larger_than_asked_unless_a_single_image_is()
    {
        ImageSource source = Pictures(27);
        string pack = Pack(source, "pack", new() { ShardBytes = 12_000 });
        string[] shards = Directory.GetFiles(pack, "*.tar");

        Assert.InRange(shards.Length, 3, 26);
        Assert.All(shards, shard => Assert.InRange(new FileInfo(shard).Length, 2048, 12_000));
        Assert.Equal(27, ImageSource.Open(pack).Entries.Count);
        Assert.Equal(27, Directory.GetFiles(Pack(source, "single", new() { ShardBytes = 1 }), "*.tar").Length);
    }

    [Fact]
    public void Unusable_images_are_listed_with_the_reason_and_the_others_packed()
    {
        string[] bad = files.BadHeaders();
        files.Picture("good.jpg");
        files.Truncated("truncated.jpg");
        ImageSource source = ImageSource.Open(files.Root);
        SkippedImages skipped = new(), reduced = new(), checkedHeaders = new();
        source.CheckHeaders(new(), 2, 1, checkedHeaders, null, TestContext.Current.CancellationToken);
        Assert.Equal(bad, checkedHeaders.Entries.Select(e => e.File));

        // Half an image has a good header. It is decoded, as in training.
        string pack = Pack(source, "pack", null, skipped);
        Assert.Equal([.. bad, "truncated.jpg"], skipped.Entries.Select(e => e.File));
        Assert.Equal(checkedHeaders.Entries, skipped.Entries.Take(5));
        Assert.Equal(6, File.ReadLines(Path.Combine(pack, "skipped.jsonl")).Count());
        Assert.Equal(["good.jpg"], ImageSource.Open(pack).Entries.Select(e => e.Name));

        Pack(source, "reduced", new() { ShortSide = 32 }, reduced);
        Assert.Equal(skipped.Entries, reduced.Entries);
    }

    [Fact]
    public void Where_no_image_can_be_used_there_is_no_pack()
    {
        files.BadHeaders();
        string message = Assert.Throws<DataException>(() => Pack(ImageSource.Open(files.Root), "pack")).Message;
        Assert.StartsWith("None of 5 images can be used: bad/animated.gif (", message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(made.Path));
    }

    [Fact]
    public void A_stopped_pack_leaves_nothing_behind()
    {
        using var stop = new CancellationTokenSource();
        var stopAtFive = new Counter(done =>
        {
            if (done == 5) stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(
            () => ShardPack.Write(Pictures(), made["pack"], new() { ImagesPerShard = 2 }, new(), stopAtFive, stop.Token));
        Assert.Empty(Directory.GetFileSystemEntries(made.Path));
    }

    [Fact]
    public void A_folder_with_something_in_it_or_what_a_killed_pack_left_is_not_written_to()
    {
        ImageSource source = Pictures(3);
        Directory.CreateDirectory(made["empty"]);
        Pack(source, "empty");
        Assert.Contains("not empty", Assert.Throws<IOException>(() => Pack(source, "empty")).Message, StringComparison.Ordinal);

        Directory.CreateDirectory(made["killed.partial"]);
        Assert.Contains("one was killed", Assert.Throws<IOException>(() => Pack(source, "killed")).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(made["killed"]));
    }

    [Theory]
    [InlineData("size of a shard", 0L, 1, 64, 90, 1)]
    [InlineData("number of images", 1L, 0, 64, 90, 1)]
    [InlineData("shorter side", 1L, 1, 15, 90, 1)]
    [InlineData("shorter side", 1L, 1, 65536, 90, 1)]
    [InlineData("quality", 1L, 1, 64, 0, 1)]
    [InlineData("quality", 1L, 1, 64, 101, 1)]
    [InlineData("threads", 1L, 1, 64, 90, 0)]
    [InlineData("threads", 1L, 1, 64, 90, 257)]
    public void Options_out_of_range_are_refused_with_what_to_choose(
        string what,
        long bytes,
        int images,
        int side,
        int quality,
        int threads)
    {
        string message = Assert.Throws<DataException>(
            () => new ShardPackOptions { ShardBytes = bytes, ImagesPerShard = images, ShortSide = side, Quality = quality, Threads = threads }).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains("Choose ", message, StringComparison.Ordinal);
    }

    // An EXIF segment with nothing but the orientation (TIFF tag 0x0112, a short).
    private static byte[] Orientation(byte value) =>
    [
        0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0,
    ];

    private sealed class Counter(Action<int> then) : IProgress<ShardPackProgress>
    {
        public void Report(ShardPackProgress value) => then(value.Done);
    }
}
