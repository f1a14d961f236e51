using DenseCL.Data;
using DenseCL.Tests.Data;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Tests.Transfer.Classification;

public sealed class SingleLabelImagesTests : IDisposable
{
    private readonly TemporaryImages folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_with_both_parts_is_read_with_one_numbering_of_the_classes()
    {
        ImageSets.Folders(folder);
        Directory.Delete(Path.Combine(folder.Root, "val", "a"), recursive: true);
        (SingleLabelImages train, SingleLabelImages test) = SingleLabelImages.Open(folder.Root, Token);
        Assert.Equal(["a", "b", "c"], train.ClassNames);
        Assert.Equal(["a", "b", "c"], test.ClassNames);
        Assert.Equal([1, 1, 2, 2], test.Labels);
        Assert.All(train.Entries.Zip(train.Labels), p => Assert.StartsWith($"{"abc"[p.Second]}/", p.First.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_wrong_with_classes_is_named()
    {
        ImageSets.Folders(folder);
        folder.Picture("val/zebra/1.png");
        Refused(() => SingleLabelImages.Open(folder.Root, Token), "zebra", "train");
        Directory.Delete(Path.Combine(folder.Root, "val", "zebra"), recursive: true);
        Directory.CreateDirectory(Path.Combine(folder.Root, "train", "okapi"));
        Refused(() => SingleLabelImages.Open(folder.Root, Token), "okapi", "no images");
        Directory.Delete(Path.Combine(folder.Root, "train", "okapi"));
        Refused(() => SingleLabelImages.Open(folder.PathOf("train"), folder.PathOf("train"), Token), "both for training and for testing");
        Refused(() => SingleLabelImages.Open(folder.PathOf("train/a"), folder.PathOf("val"), Token), "no classes");
        Refused(() => SingleLabelImages.Open(folder.PathOf("train"), Token), "no train/");
        Directory.Delete(Path.Combine(folder.Root, "val"), recursive: true);
        Refused(() => SingleLabelImages.Open(folder.Root, Token), "val/ or test/");
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_named_before_any_work()
    {
        ImageSets.Folders(folder);
        folder.Text("val/b/broken.png", "not an image");
        Refused(() => SingleLabelImages.Open(folder.Root, Token), "1 of 7", "b/broken.png");
    }

    [Fact]
    public void Voc_is_read_wherever_its_kit_is_named_and_difficult_images_do_not_count()
    {
        ImageSets.Voc(folder);
        Assert.Equal(folder.PathOf("VOC2007"), MultiLabelImages.FindVoc(folder.Root));
        Assert.Equal(folder.PathOf("VOC2007"), MultiLabelImages.FindVoc(folder.PathOf("VOC2007")));
        Assert.Null(MultiLabelImages.FindVoc(folder.PathOf("VOC2007/JPEGImages")));
        MultiLabelImages train = MultiLabelImages.OpenVoc(folder.PathOf("VOC2007"), "trainval", Token);
        Assert.Equal((12, 3), (train.Entries.Count, train.ClassNames.Count));
        Assert.Equal([1, -1, -1, 1, -1, -1, 1, -1, -1, 0, -1, -1], train.Targets[0].Select(t => (int)t));
        Assert.Equal([3, 3, 4], Enumerable.Range(0, 3).Select(train.Positives));
    }

    [Theory]
    [InlineData("a_trainval.txt", "000000 2\n", "a_trainval.txt, line 1", "-1, 0 or 1")]
    [InlineData("a_trainval.txt", "000000 1\n\n000001\n", "a_trainval.txt, line 3", "000001")]
    [InlineData("a_trainval.txt", "000000 1\n", "11 images", "000001")]
    [InlineData("trainval.txt", "000000\n../../secret\n", "../../secret")]
    [InlineData("trainval.txt", "000000\nlost\n", "lost")]
    [InlineData("trainval.txt", "\n", "no image")]
    public void A_list_of_voc_that_is_not_understood_is_named(string file, string content, params string[] words)
    {
        ImageSets.Voc(folder);
        if (content.Contains("lost", StringComparison.Ordinal) || content.Contains("secret", StringComparison.Ordinal))
        {
            foreach (char k in "abc")
            {
                File.AppendAllText(folder.PathOf($"VOC2007/ImageSets/Main/{k}_trainval.txt"), "lost 1\n../../secret 1\n");
            }
        }

        folder.Text($"VOC2007/ImageSets/Main/{file}", content);
        Refused(() => MultiLabelImages.OpenVoc(folder.PathOf("VOC2007"), "trainval", Token), words);
    }

    private static void Refused(Action open, params string[] words)
    {
        DataException refusal = Assert.Throws<DataException>(open);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }
}
