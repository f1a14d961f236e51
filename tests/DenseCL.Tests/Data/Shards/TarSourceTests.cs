using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DenseCL.Data;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Recipes;

namespace DenseCL.Tests.Data.Shards;

public sealed class TarSourceTests : IDisposable
{
    private readonly TemporaryImages files = new();
    private readonly TemporaryFolder made = new();

    public void Dispose()
    {
        files.Dispose();
        made.Dispose();
    }

    private byte[] Jpeg(int seed = 0) => File.ReadAllBytes(files.Picture("picture.jpg", 60, 50, seed));

    private string Tar(string name, TarEntryFormat format, params (string Name, byte[] Content)[] members)
    {
        string path = made[name];
        using FileStream file = File.Create(path);
        using var tar = new TarWriter(file, format);
        foreach ((string member, byte[] content) in members)
        {
            TarEntry entry = format switch
            {
                TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, member),
                TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, member),
                TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, member),
                _ => new UstarTarEntry(TarEntryType.RegularFile, member),
            };
            entry.DataStream = new MemoryStream(content);
            tar.WriteEntry(entry);
        }

        return path;
    }

    private static byte[] Bytes(ImageEntry entry) => File.ReadAllBytes(entry.Path).AsSpan((int)entry.Offset, (int)entry.Length).ToArray();

    private static string[] Names(ImageSource source) => [.. source.Entries.Select(e => e.Name)];

    [Theory]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.V7)]
    public void Every_format_is_read_with_long_and_foreign_names_where_it_has_them(TarEntryFormat format)
    {
        string name = format switch
        {
            TarEntryFormat.V7 => "a",
            TarEntryFormat.Ustar => $"{new string('d', 120)}/{new string('n', 90)}",
            _ => $"{new string('d', 300)}/{new string('ö', 500)}",
        };
        string tar = Tar("t.tar", format, ("0.jpg", Jpeg(1)), ($"{name}.jpg", Jpeg(2)), ("z.jpg", Jpeg(3)));
        var source = ImageSource.Open(tar);

        Assert.Equal(["t.tar/0.jpg", $"t.tar/{name}.jpg", "t.tar/z.jpg"], Names(source));
        Assert.Equal([Jpeg(1), Jpeg(2), Jpeg(3)], source.Entries.Select(Bytes));
    }

    [Theory]
    [InlineData("v7")]
    [InlineData("oldgnu")]
    [InlineData("gnu")]
    [InlineData("ustar")]
    [InlineData("posix")]
    public void What_GNU_tar_writes_is_read(string format)
    {
        for (int i = 0; i < 5; i++)
            files.Picture(string.Create(CultureInfo.InvariantCulture, $"{(i < 2 ? "deep/" : "")}{new string('x', 80 + i)}.jpg"), seed: i);

        File.CreateSymbolicLink(files.PathOf("link.jpg"), "elsewhere.jpg");
        (_, string error) = OtherProgram.Run("tar", "--format", format, "-C", files.Root, "-cf", made["t.tar"], ".");
        Assert.SkipWhen(error.Contains("format", StringComparison.Ordinal), "This is another tar than GNU's.");
        ImageSource source = ImageSource.Open(made["t.tar"]), folder = ImageSource.Open(files.Root);

        string[] expected = [.. folder.Entries.Where(e => e.Name != "link.jpg").Select(e => e.Name)];
        Assert.Equal(expected, Names(source).Select(n => n["t.tar/".Length..]).Order(StringComparer.Ordinal));
        Assert.All(source.Entries, e => Assert.Equal(File.ReadAllBytes(files.PathOf(e.Name["t.tar/".Length..])), Bytes(e)));
    }

    [Fact]
    public void A_folder_of_tars_without_an_index_is_trained_on_as_with_it()
    {
        for (int i = 0; i < 10; i++)
            files.Picture(string.Create(CultureInfo.InvariantCulture, $"{(i < 5 ? "a" : "b")}/{i}.jpg"), seed: i);

        ShardPack.Write(
            ImageSource.Open(files.Root),
            made["pack"],
            new() { ImagesPerShard = 4 },
            new(),
            null,
            TestContext.Current.CancellationToken);
        ImageSource indexed = ImageSource.Open(made["pack"]);
        File.Move(Path.Combine(made["pack"], "index.jsonl"), made["index.jsonl"]);
        ImageSource scanned = ImageSource.Open(made["pack"]);

        Assert.Equal(
            indexed.Entries.Select(e => (e.Path, e.Offset, e.Length, e.Label)),
            scanned.Entries.Select(e => (e.Path, e.Offset, e.Length, e.Label)));
        Assert.Equal(["0", "1"], scanned.ClassNames);
        Assert.Equal("shard-000001.tar/000000004.jpg", scanned.Entries[4].Name);
        Assert.Equal($"10 images in 3 tars of {made["pack"]}, 2 classes.", scanned.Description);
        foreach (Shuffle shuffle in Enum.GetValues<Shuffle>())
            Assert.Equivalent(
                Batches.Of(indexed, shuffle).Select(b => (b.Query, b.Key)),
                Batches.Of(scanned, shuffle).Select(b => (b.Query, b.Key)),
                strict: true);
    }

    // webdataset, tariterators.py: base_plus_ext and group_by_keys. Names that begin with a dot are left out: to that program the key of
    // a/.jpg is a/.
    [Fact]
    public void Samples_are_grouped_as_WebDataset_does()
    {
        Regex rule = new(@"^(?<key>(?:.*/|)[^.]+)[.](?<ext>[^/]*)$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
        string[] parts = ["a", "b", "a.b", "ab", "_", "x y"],
            extensions = ["jpg", "JPG", "cls", "json", "seg.png", "png", "txt", "", "tar.jpg", "tif"];
        var random = new Random(1);
        string[] names =
        [
            .. Enumerable
                .Range(0, 2000)
                .Select(_ =>
                    string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => parts[random.Next(parts.Length)]))
                    + (random.Next(8) == 0 ? "" : "." + extensions[random.Next(extensions.Length)])),
        ];
        var expected = new List<string>();
        string? key = null;
        bool has = false;
        foreach (string name in names)
        {
            Match match = rule.Match(name);
            if (!match.Success) continue;
            if (match.Groups["key"].Value != key) (key, has) = (match.Groups["key"].Value, false);
            if (has || match.Groups["ext"].Value.ToLowerInvariant() is not ("jpg" or "png" or "tif")) continue;
            has = true;
            expected.Add($"t.tar/{name}");
        }

        Assert.InRange(expected.Count, 200, 1000);
        Assert.Equal(expected, Names(ImageSource.Open(Tar("t.tar", TarEntryFormat.Pax, [.. names.Select(n => (n, new byte[] { 1 }))]))));
    }

    [Fact]
    public void What_is_no_image_of_a_sample_is_passed_over_and_said()
    {
        string tar = Tar(
            "t.tar",
            TarEntryFormat.Ustar,
            ("1.jpg", Jpeg()),
            ("1.png", Jpeg()),
            ("1.cls", "7"u8.ToArray()),
            ("2.jp2", Jpeg()),
            ("3.seg.png", Jpeg()),
            ("._4.jpg", Jpeg()),
            ("4.jpg", Jpeg()));
        var source = ImageSource.Open(tar);

        Assert.Equal(["t.tar/1.jpg", "t.tar/4.jpg"], Names(source));
        Assert.Equal($"2 images in {tar}; skipped: 4 other files in it.", source.Description);
        Assert.Empty(source.ClassNames);
        Assert.All(source.Entries, e => Assert.Null(e.Label));
    }

    [Theory]
    [InlineData("x.tar.gz", "gunzip")]
    [InlineData("x.tgz", "plain .tar")]
    [InlineData("x.tar.zst", "plain .tar")]
    [InlineData("x.zip", "unpack it")]
    public void A_compressed_archive_is_refused_with_what_to_do(string name, string advice)
    {
        files.Text(name, "not read");
        Assert.Contains(advice, Assert.Throws<DataException>(() => ImageSource.Open(files.PathOf(name))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tars_below_the_folder_are_pointed_out()
    {
        Directory.CreateDirectory(made["source", "below"]);
        File.Move(Tar("t.tar", TarEntryFormat.Ustar, ("1.jpg", Jpeg())), made["source", "below", "t.TAR"]);
        Assert.Contains(
            "the folder they lie in",
            Assert.Throws<DataException>(() => ImageSource.Open(made["source"])).Message,
            StringComparison.Ordinal);
        Assert.Equal(["t.TAR/1.jpg"], Names(ImageSource.Open(made["source", "below"])));
    }

    [Fact]
    public void Images_beside_tars_are_the_source()
    {
        files.Picture("a.jpg");
        File.Copy(Tar("t.tar", TarEntryFormat.Ustar, ("1.jpg", Jpeg())), files.PathOf("t.tar"));
        Assert.All(ImageSource.Open(files.Root).Entries, e => Assert.Null(e.Shard));
    }

    [Fact]
    public void Damage_is_named_with_the_place()
    {
        byte[] whole = File.ReadAllBytes(Tar("t.tar", TarEntryFormat.Gnu, ("1.jpg", Jpeg()), ($"{new string('l', 200)}.jpg", Jpeg())));
        int second = 512 + ((Jpeg().Length + 511) / 512 * 512);

        Expect([], "empty");
        Expect(Encoding.ASCII.GetBytes(new string('t', 3000)), "byte 0: this is not a tar");
        Expect(whole[..700], "byte 0: a member of ", "truncated");
        Expect(whole[..(second + 100)], string.Create(CultureInfo.InvariantCulture, $"byte {second}: it ends within a header"));
        Expect(Changed(second + 5, 1), string.Create(CultureInfo.InvariantCulture, $"byte {second}: there is no header"));
        Expect(Header('0', "1.jpg", "77777777777"), "a member of 8589934591 bytes", "truncated");
        Expect(Header('0', "1.jpg", "\u0080\0\0\0\0\0\0\u0002\0\0\0\u0001"), "a member of 8589934593 bytes", "truncated");
        Expect(Header('0', "1.jpg", "\u0080\0\0\0\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF"), "a size is not a number");
        Expect(Header('0', "1.jpg", "\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF"), "a size is not a number");
        Expect(Header('0', "1.jpg", "-1"), "a size is not a number");
        Expect([.. Header('L', "long", "300000"), .. new byte[200_000]], "more than the 65536 that are read");
        Expect(Extended("9999999999 path=a\n"), "not a list of records");
        Expect(Extended("0 path=a\n"), "not a list of records");
        Expect(Extended("-5 path=a\n"), "not a list of records");
        Expect(Extended("10 path=ab"), "not a list of records");
        Expect(Extended("8 =abcd\n"), "without a key");
        Expect(Extended("11 size=-5\n"), "not a number");
        Expect(Extended($"5006 path={new string('p', 4995)}\n"), "longer than 4096 bytes");
        Expect(Extended("28 size=9223372036854775807\n"), "a member of 9223372036854775807 bytes");

        byte[] Changed(int at, byte value)
        {
            byte[] bytes = [.. whole];
            bytes[at] ^= value;
            return bytes;
        }

        byte[] Extended(string records)
        {
            byte[] content = Encoding.UTF8.GetBytes(records);
            byte[] padded = new byte[(content.Length + 511) / 512 * 512];
            content.CopyTo(padded, 0);
            return [.. Header('x', "x", Convert.ToString(content.Length, 8)), .. padded, .. Header('0', "1.jpg", "10"), .. new byte[1536]];
        }

        void Expect(byte[] tar, params string[] words)
        {
            File.WriteAllBytes(made["bad.tar"], tar);
            string message = Assert.Throws<DataException>(() => ImageSource.Open(made["bad.tar"])).Message;
            Assert.StartsWith(made["bad.tar"], message, StringComparison.Ordinal);
            Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void No_damage_to_a_tar_does_more_than_fail_with_a_message()
    {
        byte[] whole = File.ReadAllBytes(
            Tar(
                "t.tar",
                TarEntryFormat.Pax,
                ("1.jpg", Jpeg(1)),
                ($"{new string('l', 200)}.jpg", Jpeg(2)),
                ("2.cls", "1"u8.ToArray()),
                ("2.jpg", Jpeg(3))));
        var random = new Random(2);
        int opened = 0;
        for (int turn = 0; turn < 400; turn++)
        {
            byte[] tar = whole[..(turn % 4 == 0 ? random.Next(whole.Length) : whole.Length)];
            for (int i = 0; i < turn % 7 && tar.Length > 0; i++)
                tar[random.Next(tar.Length)] = (byte)random.Next(256);

            // A header that is changed and has the right sum again: only then is what it says looked at.
            if (turn % 2 == 0 && tar.Length >= 512)
            {
                tar[100 + random.Next(57)] = (byte)random.Next(256);
                Sum(tar);
            }

            File.WriteAllBytes(made["t.tar"], tar);
            try
            {
                opened += Assert.IsType<ImageSource>(ImageSource.Open(made["t.tar"])).Entries.Count > 0 ? 1 : 0;
            }
            catch (DataException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }

        Assert.InRange(opened, 20, 380);
    }

    private static byte[] Header(char type, string name, string size)
    {
        byte[] header = new byte[512];
        Encoding.Latin1.GetBytes(name, header);
        Encoding.Latin1.GetBytes(size, header.AsSpan(124));
        header[156] = (byte)type;
        "ustar\00000"u8.CopyTo(header.AsSpan(257));
        Sum(header);
        return header;
    }

    private static void Sum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        int sum = header.Take(512).Sum(b => b);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0'), header.AsSpan(148));
        header[154] = 0;
    }
}
