using System.Globalization;
using System.Text;
using DenseCL.Data;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Recipes;

namespace DenseCL.Tests.Data.Shards;

/// <summary>The index of a pack comes from outside as the images do.</summary>
public sealed class ShardIndexTests : IDisposable
{
    private readonly TemporaryImages files = new();
    private readonly TemporaryFolder made = new();
    private readonly string pack;
    private readonly string[] lines;

    public ShardIndexTests()
    {
        for (int i = 0; i < 6; i++)
            files.Picture(string.Create(CultureInfo.InvariantCulture, $"{(i < 3 ? "a" : "b")}/{i}.jpg"), seed: i);

        pack = made["pack"];
        ShardPack.Write(ImageSource.Open(files.Root), pack, new() { ImagesPerShard = 3 }, new());
        lines = File.ReadAllLines(Path.Combine(pack, "index.jsonl"));
    }

    public void Dispose()
    {
        files.Dispose();
        made.Dispose();
    }

    // Lines: 1 head, 2 and 3 classes, 4 shard, 5 to 7 images, 8 shard, 9 to 11 images.
    public static TheoryData<int, string, string> Lies => new()
    {
        { 1, "\"version\":1", "\"version\":2" },
        { 1, "\"images\":6", "\"images\":5" },
        { 1, "\"images\":6", "\"images\":9223372036854775807" },
        { 1, "\"images\":6", "\"images\":92233720368547758070" },
        { 1, "\"images\":6", "\"images\":\"6\"" },
        { 1, "\"images\":6,", "" },
        { 1, "\"shards\":2", "\"shards\":1" },
        { 1, "\"shards\":2", "\"shards\":3" },
        { 1, "\"shards\":2", "\"shards\":-2" },
        { 1, "\"classes\":2", "\"classes\":1" },
        { 1, "\"classes\":2", "\"classes\":9223372036854775807" },
        { 1, "}", "" },
        { 2, "\"a\"", "7" },
        { 2, "\"a\"", "\"\"" },
        { 2, "\"a\"", "\"a\" \"b\"" },
        { 4, "shard-000000.tar", "shard-000007.tar" },
        { 4, "shard-000000.tar", "../pack/shard-000000.tar" },
        { 4, "shard-000000.tar", "..\\\\pack\\\\shard-000000.tar" },
        { 4, "shard-000000.tar", "index.jsonl" },
        { 4, "\"shard-000000.tar\"", "null" },
        { 4, "\"shard-000000.tar\"", "{\"a\":1}" },
        { 4, "\"bytes\":", "\"bytes\":1" },
        { 4, "\"images\":3", "\"images\":4" },
        { 4, "\"images\":3", "\"images\":2" },
        { 4, "\"images\":3", "\"images\":-1" },
        { 8, "shard-000001.tar", "shard-000000.tar" },
        { 5, "[512,", "[0," },
        { 5, "[512,", "[-512," },
        { 5, "[512,", "[513," },
        { 5, "[512,", "[1048576000," },
        { 5, "[512,", "[9223372036854775296," },
        { 5, "[512,", "[512.5," },
        { 5, "[512,", "[\"512\"," },
        { 5, "[512,", "[512,100000" },
        { 5, "[512,", "[512,9223372036854775807," },
        { 5, "[512,", "[512,-1," },
        { 5, "[512,", "[512,0," },
        { 6, "[", "[512,100,48,40,0,\"a/1.jpg\"]\u0000" },
        { 5, ",48,40,", ",0,40," },
        { 5, ",48,40,", ",48,-40," },
        { 5, ",48,40,", ",48,4294967296," },
        { 5, ",40,0,", ",40,2," },
        { 5, ",40,0,", ",40,-1," },
        { 5, ",40,0,", ",40,null," },
        { 5, ",40,0,", ",40,[0]," },
        { 5, "\"a/0.jpg\"", "\"\"" },
        { 5, "\"a/0.jpg\"", "0" },
        { 5, "\"a/0.jpg\"", "\"\\ud800\"" },
        { 5, "\"a/0.jpg\"", "\"a/0.jpg\",1" },
        { 5, "]", "" },
        { 5, "[", "[[" },
        { 11, "]", "]\n[]" },
        { 11, "]", "]\n" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_is_refused_with_the_line_it_stands_in(int line, string truth, string lie)
    {
        string[] changed = [.. lines];
        Assert.Contains(truth, changed[line - 1], StringComparison.Ordinal);
        changed[line - 1] = changed[line - 1].Replace(truth, lie, StringComparison.Ordinal);
        string message = Refused(string.Join('\n', changed) + "\n");
        Assert.Contains("index.jsonl, line ", message, StringComparison.Ordinal);
        Assert.Contains("pack the images again", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_overlap_are_refused()
    {
        string[] changed = [.. lines];
        changed[5] = changed[5].Replace(changed[5].Split(',')[0], "[1024", StringComparison.Ordinal);
        Assert.Contains("line 6: ", Refused(string.Join('\n', changed) + "\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_that_was_cut_anywhere_is_refused_or_not_taken_for_one()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(pack, "index.jsonl"));
        for (int length = 0; length < whole.Length; length += 3)
        {
            byte[] cut = whole[..length];
            File.WriteAllBytes(Path.Combine(pack, "index.jsonl"), cut);

            // Without its first words it is no index, and the tars are read.
            if (length < "{\"format\":\"densecl pack\"".Length)
                Assert.EndsWith("shard-000000.tar/000000000.jpg", ImageSource.Open(pack).Entries[0].Name, StringComparison.Ordinal);
            else
                Assert.Throws<DataException>(() => ImageSource.Open(pack));
        }
    }

    [Fact]
    public void No_damage_does_more_than_fail_with_a_message()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(pack, "index.jsonl"));
        var random = new Random(3);
        int opened = 0;
        for (int turn = 0; turn < 400; turn++)
        {
            byte[] changed = [.. whole];
            for (int i = 0; i <= turn % 4; i++)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);

            File.WriteAllBytes(Path.Combine(pack, "index.jsonl"), changed);
            try
            {
                opened += ImageSource.Open(pack).Entries.Count == 6 ? 1 : 0;
            }
            catch (DataException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }

        Assert.InRange(opened, 10, 390);
    }

    [Fact]
    public void A_line_without_end_is_refused() =>
        Assert.Contains("too long", Refused(lines[0] + "\n\"" + new string('x', 3_000_000)), StringComparison.Ordinal);

    [Fact]
    public void A_place_where_there_is_no_image_is_skipped_with_the_reason()
    {
        // In the description of the image before it: within the shard, and no image.
        string[] changed = [.. lines];
        long offset = long.Parse(changed[4].Split(',')[1], CultureInfo.InvariantCulture);
        changed[5] = $"[{(512 + offset + 511) / 512 * 512},40,48,40,0,\"a/1.jpg\"]";
        File.WriteAllText(Path.Combine(pack, "index.jsonl"), string.Join('\n', changed) + "\n");
        foreach (Shuffle shuffle in Enum.GetValues<Shuffle>())
        {
            SkippedImages skipped = new();
            Assert.DoesNotContain("a/1.jpg", Batches.Of(ImageSource.Open(pack), shuffle, skipped: skipped).SelectMany(b => b.Names));
            (string file, string reason) = Assert.Single(skipped.Entries);
            Assert.Equal("a/1.jpg", file);
            Assert.Contains("not an image", reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_shard_of_another_length_is_refused()
    {
        File.AppendAllText(Path.Combine(pack, "shard-000001.tar"), "more");
        string message = Assert.Throws<DataException>(() => ImageSource.Open(pack)).Message;
        Assert.Contains("line 8: the shard shard-000001.tar has ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pythons_tarfile_and_the_index_agree_on_where_the_images_lie()
    {
        const string Program =
            """
            import json, sys, tarfile
            pack = sys.argv[1]
            lines = iter(open(pack + "/index.jsonl", encoding="utf-8"))
            head = json.loads(next(lines))
            classes = [json.loads(next(lines)) for _ in range(head["classes"])]
            for _ in range(head["shards"]):
                shard = json.loads(next(lines))
                with tarfile.open(pack + "/" + shard["shard"]) as tar:
                    members = {m.name: m for m in tar.getmembers()}
                    images = sorted(n for n in members if n.endswith(".jpg"))
                    assert len(images) == shard["images"]
                    for name in images:
                        offset, length, width, height, label, original = json.loads(next(lines))
                        m, key = members[name], name.split(".")[0]
                        assert (m.offset_data, m.size) == (offset, length), name
                        assert (m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) == (0, 0, 0, "", "", 0o644), name
                        assert tar.extractfile(key + ".cls").read() == str(label).encode()
                        assert json.load(tar.extractfile(key + ".json")) == {"name": original, "width": width, "height": height, "class": classes[label]}
                        assert tar.extractfile(m).read() == open(sys.argv[2] + "/" + original, "rb").read()
            assert next(lines, None) is None
            print("agreed")
            """;
        (string output, string error) = OtherProgram.Run("python3", "-I", "-c", Program, pack, files.Root);
        Assert.True(output.Trim() == "agreed", error);
    }

    private string Refused(string index)
    {
        File.WriteAllText(Path.Combine(pack, "index.jsonl"), index, new UTF8Encoding(false));
        return Assert.Throws<DataException>(() => ImageSource.Open(pack)).Message;
    }
}
