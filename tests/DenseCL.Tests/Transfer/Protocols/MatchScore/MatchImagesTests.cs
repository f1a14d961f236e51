using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Tests.Data;
using DenseCL.Transfer.Protocols.MatchScore;

namespace DenseCL.Tests.Transfer.Protocols.MatchScore;

/// <summary>Which images are taken: never a mask.</summary>
public sealed class MatchImagesTests : IDisposable
{
    private readonly TemporaryImages images = new();

    public void Dispose() => images.Dispose();

    [Fact]
    public void Of_camvid_one_split_is_taken_and_no_mask()
    {
        foreach (string split in new[] { "train", "val", "test" })
        {
            images.Names($"camvid/{split}/0001TP_{split}.png", $"camvid/{split}annot/0001TP_{split}.png");
        }

        Assert.Equal(["test/0001TP_test.png"], Names(MatchImages.Open(images.PathOf("camvid"))));
        ImageSource val = MatchImages.Open(images.PathOf("camvid"), "val");
        Assert.Equal(["val/0001TP_val.png"], Names(val));
        Assert.True(File.Exists(val.Entries[0].Path));
        Assert.Equal("camvid/val/0001TP_val.png".Length, val.Entries[0].Length);
        Assert.Contains("split val", val.Description, StringComparison.Ordinal);
        Assert.NotEqual(val.Fingerprint, MatchImages.Open(images.PathOf("camvid")).Fingerprint);
        Assert.Contains(
            "no split 'tset', but train, val, test",
            Refusal(() => MatchImages.Open(images.PathOf("camvid"), "tset")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_folders_of_ones_own_the_images_are_taken_whatever_lies_beside_them()
    {
        images.Names(
            "mine/images/a.png",
            "mine/masks/a.png",
            "boxes/images/train/b.png",
            "boxes/images/val/c.png",
            "boxes/labels/train/b.txt",
            "boxes/labels/val/c.txt");
        Assert.Equal(["a.png"], Names(MatchImages.Open(images.PathOf("mine"))));
        Assert.Equal(["c.png"], Names(MatchImages.Open(images.PathOf("boxes"))));
        Assert.Equal(["b.png"], Names(MatchImages.Open(images.PathOf("boxes"), "train")));
        Assert.Equal(["1/a.png", "2/c.png"], Names(MatchImages.Open([images.PathOf("mine"), images.PathOf("boxes")])));
    }

    [Fact]
    public void Other_images_are_those_of_a_pre_training()
    {
        images.Names("photos/b.jpg", "photos/street/a.jpg");
        images.Text("list.txt", "photos/street/a.jpg\n");
        Assert.Equal(["b.jpg", "street/a.jpg"], Names(MatchImages.Open(images.PathOf("photos"))));
        Assert.Equal(ImageSource.Open(images.PathOf("photos")).Fingerprint, MatchImages.Open(images.PathOf("photos")).Fingerprint);
        Assert.Equal(["photos/street/a.jpg"], Names(MatchImages.Open(images.PathOf("list.txt"))));
        Assert.Contains("no split 'val'", Refusal(() => MatchImages.Open(images.PathOf("photos"), "val")), StringComparison.Ordinal);
        Assert.Contains(
            "given twice",
            Refusal(() => MatchImages.Open([images.PathOf("photos"), images.PathOf("photos")])),
            StringComparison.Ordinal);
        Assert.Contains("empty", Refusal(() => MatchImages.Open(" ")), StringComparison.Ordinal);
        Assert.Contains("nowhere", Refusal(() => MatchImages.Open("nowhere")), StringComparison.Ordinal);
    }

    private static string Refusal(Action open) => Assert.Throws<DataException>(open).Message;

    private static IEnumerable<string> Names(ImageSource source) => source.Entries.Select(entry => entry.Name);
}
