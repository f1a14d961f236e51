using System.Text.Json;
using DenseCL.Data;
using DenseCL.Data.Sources;

namespace DenseCL.Tests.Data;

public sealed class SkippedImages_list : IDisposable
{
    private readonly TemporaryImages files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void It_holds_each_image_once_and_is_written_sorted()
    {
        var skipped = new SkippedImages();
        Parallel.For(0, 1000, i => skipped.Add(i % 2 == 0 ? "z \"quoted\"\n.jpg" : "Ä.jpg", "truncated"));
        Assert.False(skipped.Add("Ä.jpg", "another reason"));
        Assert.True(skipped.Add("a.jpg", "30000 × 30000"));
        string path = files.Text("skipped.jsonl", "old");

        skipped.Write(path);

        Assert.Equal(3, skipped.Count);
        var lines = File.ReadAllLines(path).Select(l => JsonSerializer.Deserialize<Dictionary<string, string>>(l)!).ToList();
        Assert.Equal(["a.jpg", "z \"quoted\"\n.jpg", "Ä.jpg"], lines.Select(l => l["file"]));
        Assert.Equal(["30000 × 30000", "truncated", "truncated"], lines.Select(l => l["reason"]));
        Assert.Equal([path], Directory.GetFiles(files.Root));
    }

    [Fact]
    public void The_share_may_be_reached_but_not_exceeded()
    {
        var skipped = new SkippedImages();
        skipped.Check(1, 0);
        foreach (string name in (string[])["d", "c", "b", "a"])
            skipped.Add(name, $"bad {name}");
        skipped.Check(40, 0.1);

        Assert.Equal(
            "4 of 39 images (10.26%) cannot be used, more than data.maxBadShare = 0.1 allows: a (bad a), b (bad b), c (bad c), …. Repair or remove them, or raise data.maxBadShare.",
            Assert.Throws<DataException>(() => skipped.Check(39, 0.1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => skipped.Check(40, double.NaN));
    }
}
