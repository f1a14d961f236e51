using DenseCL.Data;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;

namespace DenseCL.Tests.Data;

public sealed class ImageSource_several : IDisposable
{
    private readonly TemporaryImages files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Images_come_in_the_order_of_the_sources_and_the_names_tell_the_source()
    {
        files.Names("b/2.jpg", "b/1.jpg", "a/1.jpg", "lists/x.jpg");
        string list = files.Text("lists/list.txt", $"x.jpg\n../a/1.jpg\n{files.PathOf("b/2.jpg")}\n");

        var source = ImageSource.Open([files.PathOf("b"), files.PathOf("a"), list]);

        Assert.Equal("1/1.jpg,1/2.jpg,2/1.jpg,3/x.jpg,3/../a/1.jpg", string.Join(',', source.Entries.Take(5).Select(e => e.Name)));
        Assert.All(source.Entries, e => Assert.True(File.Exists(e.Path), e.Path));
        Assert.Equal(
            new[] { "b/1.jpg", "b/2.jpg", "a/1.jpg", "lists/x.jpg" }.Select(files.PathOf),
            source.Entries.Take(4).Select(e => e.Path));
        Assert.Equal(6, source.FoundCount);
        Assert.Equal(
            $"6 images from 3 sources: (1) 2 images below {files.PathOf("b")}; (2) 1 image below {files.PathOf("a")}; (3) 3 images named in {list}.",
            source.Description);
    }

    [Fact]
    public void The_fingerprint_changes_with_any_source_and_their_order_and_not_with_the_place()
    {
        files.Names("a/1.jpg", "b/1.jpg", "b/2.jpg", "elsewhere/c/1.jpg", "elsewhere/d/1.jpg", "elsewhere/d/2.jpg");
        string both = Fingerprint("a", "b");
        Assert.Equal("elsewhere/d/2.jpg".Length, new FileInfo(files.PathOf("elsewhere/d/2.jpg")).Length);
        foreach (string name in new[] { "elsewhere/c/1.jpg", "elsewhere/d/1.jpg", "elsewhere/d/2.jpg" })
            files.Text(name, new string('x', "a/1.jpg".Length));

        Assert.Equal(both, Fingerprint("elsewhere/c", "elsewhere/d"));
        Assert.NotEqual(both, Fingerprint("b", "a"));
        Assert.NotEqual(both, Fingerprint("a"));
        files.Names("b/3.jpg");
        string more = Fingerprint("a", "b");
        Assert.NotEqual(both, more);
        files.Text("a/1.jpg", "longer than before");
        Assert.NotEqual(more, Fingerprint("a", "b"));
    }

    [Fact]
    public void A_single_source_is_as_before()
    {
        files.Names("a/1.jpg");
        Assert.Equal(ImageSource.Open(files.PathOf("a")).Fingerprint, Fingerprint("a"));
        Assert.Equal("1.jpg", ImageSource.Open([files.PathOf("a")]).Entries[0].Name);
    }

    [Fact]
    public void Classes_are_kept_if_they_are_the_same()
    {
        files.Names("a/cat/1.jpg", "a/dog/1.jpg", "b/cat/2.jpg", "b/dog/2.jpg", "c/cow/1.jpg", "c/dog/1.jpg");
        var same = ImageSource.Open([files.PathOf("a"), files.PathOf("b")]);
        Assert.Equal(["cat", "dog"], same.ClassNames);
        Assert.Equal([0, 1, 0, 1], same.Entries.Select(e => e.Label!.Value));

        var other = ImageSource.Open([files.PathOf("a"), files.PathOf("c")]);
        Assert.Empty(other.ClassNames);
        Assert.All(other.Entries, e => Assert.Null(e.Label));
    }

    [Fact]
    public void Packs_tars_and_folders_are_read_side_by_side_and_unusable_images_of_the_same_name_are_told_apart()
    {
        for (int i = 0; i < 4; i++)
        {
            files.Picture($"one/{i}.png", seed: i);
            files.Picture($"two/{i}.png", seed: 10 + i);
        }

        files.Text("one/bad.png", "no picture");
        files.Text("two/bad.png", "no picture");
        string pack = files.PathOf("pack/x")[..^2];
        Directory.Delete(pack);
        ShardPack.Write(
            ImageSource.Open(files.PathOf("two")),
            pack,
            new ShardPackOptions(),
            new SkippedImages(),
            null,
            TestContext.Current.CancellationToken);
        string tar = Directory.GetFiles(pack, "*.tar").Single();

        SkippedImages skipped = new();
        ImageSource source = ImageSource.Open([files.PathOf("one"), pack, tar, files.PathOf("two")])
            .CheckHeaders(ImageLimits.Default, 2, 0.5, skipped, null, TestContext.Current.CancellationToken);

        Assert.Equal(16, source.Entries.Count);
        Assert.Equal(["1/bad.png", "4/bad.png"], skipped.Entries.Select(e => e.File));
        using OpenShards shards = new();
        Assert.Equal(
            new[] { "one", "two", "two", "two" }.SelectMany(
                folder => Enumerable.Range(0, 4),
                (folder, i) => Convert.ToHexString(File.ReadAllBytes(files.PathOf($"{folder}/{i}.png")))),
            source.Entries.Select(e => Bytes(shards, e)));
    }

    [Fact]
    public void None_one_twice_and_an_empty_one_are_refused()
    {
        files.Names("a/1.jpg");
        string a = files.PathOf("a");
        Assert.Contains("at least one", Refusal(), StringComparison.Ordinal);
        Assert.Contains("given twice", Refusal(a, files.PathOf("b/x")[..^3] + "a/"), StringComparison.Ordinal);
        Assert.Contains("empty", Refusal(a, ""), StringComparison.Ordinal);
        Assert.Contains("nearest folder that exists", Refusal(a, files.PathOf("gone") + "/x"), StringComparison.Ordinal);
    }

    private static string Bytes(OpenShards shards, ImageEntry entry)
    {
        using ImageFile file = shards.Open(entry, ImageLimits.Default);
        return Convert.ToHexString(file.Read(file.Length));
    }

    private string Fingerprint(params string[] names) => ImageSource.Open([.. names.Select(files.PathOf)]).Fingerprint;

    private static string Refusal(params string[] paths) => Assert.Throws<DataException>(() => ImageSource.Open(paths)).Message;
}
