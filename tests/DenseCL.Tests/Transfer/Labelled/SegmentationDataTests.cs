using DenseCL.Data;
using DenseCL.Data.Scenes;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Tests.Transfer.Labelled;

public sealed class SegmentationDataTests : IDisposable
{
    private const int Side = 20;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Voc_takes_the_augmented_list_to_learn_from_and_the_exact_masks_to_measure_on()
    {
        foreach (string name in new[] { "a", "b", "c" })
        {
            Image("VOCdevkit/VOC2012/JPEGImages/" + name + ".jpg");
            Mask("VOCdevkit/VOC2012/SegmentationClassAug/" + name + ".png", 3, 20, 255);
            Mask("VOCdevkit/VOC2012/SegmentationClass/" + name + ".png", 0, 20, 255);
        }

        Text("VOCdevkit/VOC2012/ImageSets/Segmentation/train.txt", "a\n");
        Text("VOCdevkit/VOC2012/ImageSets/Segmentation/trainaug.txt", "a\nb\n\n");
        Text("VOCdevkit/VOC2012/ImageSets/Segmentation/val.txt", "c\r\n");
        SegmentationData data = Open(allowEmpty: true);
        Assert.Equal((SegmentationLayout.Voc, 21, "tvmonitor"), (data.Layout, data.ClassNames.Count, data.ClassNames[20]));
        Assert.Equal(["a", "b"], data.Train.Select(image => image.Name));
        Assert.Equal(["c"], data.Test.Select(image => image.Name));
        Assert.Equal([3, 20, 255], data.ReadMask(data.Train[1]).Values.Distinct());
        Assert.Equal([0, 20, 255], data.ReadMask(data.Test[0]).Values.Distinct());
        Assert.Contains("aeroplane", data.NotInTest);
        Assert.Single(Open(train: "train", allowEmpty: true).Train);

        Text("VOCdevkit/VOC2012/ImageSets/Segmentation/trainaug.txt", "a\nmissing\n");
        Refused(() => Open(allowEmpty: true), "1 of the 2 images", "missing.jpg");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cityscapes_knows_label_ids_and_training_ids(bool trainIds)
    {
        foreach (string split in new[] { "train", "val" })
        {
            Image($"leftImg8bit/{split}/ulm/ulm_1_leftImg8bit.png");
            Image($"leftImg8bit/{split}/ulm/other.png");
            Mask($"gtFine/{split}/ulm/ulm_1_gtFine_labelIds.png", 7, 26, 33, 0, 3);
            if (trainIds)
            {
                Mask($"gtFine/{split}/ulm/ulm_1_gtFine_labelTrainIds.png", 0, 13, 18, 255);
            }
        }

        SegmentationData data = Open(allowEmpty: true);
        Assert.Equal((SegmentationLayout.Cityscapes, 19, "car"), (data.Layout, data.ClassNames.Count, data.ClassNames[13]));
        Assert.Equal("ulm/ulm_1", Assert.Single(data.Train).Name);
        Assert.Equal([0, 13, 18, 255], data.ReadMask(data.Test[0]).Values.Distinct());
    }

    [Fact]
    public void Cityscapes_label_ids_are_those_of_its_table()
    {
        // cityscapesScripts' table: every id 0 … 33 with its training id; -1 (licence plate) does not fit a byte.
        byte[] expected = [255, 255, 255, 255, 255, 255, 255, 0, 1, 255, 255, 2, 3, 4, 255, 255, 255, 5, 255, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255, 255, 16, 17, 18];
        Image("leftImg8bit/train/x/x_leftImg8bit.png", 34);
        Image("leftImg8bit/val/x/x_leftImg8bit.png", 34);
        WriteMask("gtFine/train/x/x_gtFine_labelIds.png", [.. Enumerable.Range(0, 34 * 34).Select(p => (byte)(p % 34))], 34, 34);
        WriteMask("gtFine/val/x/x_gtFine_labelIds.png", [.. Enumerable.Range(0, 34 * 34).Select(p => (byte)(p % 34))], 34, 34);
        SegmentationData data = Open();
        Assert.Equal(expected, data.ReadMask(data.Train[0]).Values.Take(34));
    }

    [Fact]
    public void Coco_stuff_leaves_out_the_ids_that_are_not_used()
    {
        foreach (string split in new[] { "train2017", "val2017" })
        {
            Image($"images/{split}/000000000009.jpg");
            Mask($"annotations/{split}/000000000009.png", 0, 10, 11, 12, 181, 255);
        }

        Text("labels.txt", "0: unlabeled\n1: person\n11: fire hydrant\n13: stop sign\n182: wood\n");
        SegmentationData data = Open(allowEmpty: true);
        Assert.Equal((SegmentationLayout.CocoStuff, 171), (data.Layout, data.ClassNames.Count));
        Assert.Equal([0, 10, 255, 11, 170], data.ReadMask(data.Train[0]).Values.Distinct());
        Assert.Equal(
            ("person", "category 2", "fire hydrant", "stop sign", "wood"),
            (data.ClassNames[0], data.ClassNames[1], data.ClassNames[10], data.ClassNames[11], data.ClassNames[170]));

        Mask("annotations/train2017/000000000009.png", 0, 182);
        Refused(() => Open(allowEmpty: true), "the value 182", "000000000009.png");
    }

    [Theory]
    [InlineData("images/{0}/0001TP_1.png", "labels/{0}/0001TP_1.png", SegmentationLayout.CamVid)]
    [InlineData("{0}/0016E5_1.png", "{0}annot/0016E5_1.png", SegmentationLayout.CamVid)]
    [InlineData("images/{0}/frame.png", "labels/{0}/frame.png", SegmentationLayout.Folders)]
    public void Camvid_is_known_by_its_frames_and_its_void_does_not_count(string image, string mask, SegmentationLayout layout)
    {
        foreach (string split in new[] { "train", "val", "test" })
        {
            Image(string.Format(null, image, split));
            Mask(string.Format(null, mask, split), 0, 3, 10, 11);
        }

        SegmentationData data = Open(allowEmpty: true);
        Assert.Equal(layout, data.Layout);
        bool camVid = layout == SegmentationLayout.CamVid;
        Assert.Equal((camVid ? 11 : 12, camVid ? "sky" : "class 0"), (data.ClassNames.Count, data.ClassNames[0]));
        Assert.Equal([0, 3, 10, camVid ? 255 : 11], data.ReadMask(data.Test[0]).Values.Distinct().Select(v => (int)v));
        Assert.Contains("test", data.Test[0].ImagePath, StringComparison.Ordinal);
        Assert.Contains("val", Open(test: "val", allowEmpty: true).Test[0].ImagePath, StringComparison.Ordinal);
    }

    [Fact]
    public void Camvid_is_known_whatever_else_lies_beside_its_frames()
    {
        foreach (string split in new[] { "train", "test" })
        {
            Image($"images/{split}/0001TP_1.png");
            Mask($"labels/{split}/0001TP_1.png", 0, 3, 11);
        }

        Text("images/train/Thumbs.db", "");
        Assert.Equal(SegmentationLayout.CamVid, Open(allowEmpty: true).Layout);
    }

    [Fact]
    public void Masks_to_measure_on_in_which_nothing_counts_are_refused()
    {
        Folders();
        Mask("masks/val/2.png", 255);
        Refused(() => Open(), "No pixel of the 1 masks to measure on counts", "--test-split");
    }

    [Fact]
    public void Images_that_are_learned_from_and_measured_on_are_counted()
    {
        Folders();
        Assert.Equal(0, Open().InBoth);
        Assert.Equal(1, Open(test: "train").InBoth);
    }

    [Fact]
    public void Two_folders_are_enough_and_rendered_scenes_are_such()
    {
        foreach ((string name, ulong seed) in new[] { ("a", 1UL), ("b", 2UL) })
        {
            SceneDataset.Write(
                folder[name],
                new SceneOptions { Width = 64, Height = 64 },
                3,
                seed,
                cancellationToken: TestContext.Current.CancellationToken);
        }

        SegmentationData data = SegmentationData.Open(
            folder["a"],
            new SegmentationDataOptions { TestFolder = folder["b"], AllowEmptyClasses = true },
            TestContext.Current.CancellationToken);
        Assert.Equal(
            (SegmentationLayout.Folders, 3, 3, "background"),
            (data.Layout, data.Train.Count, data.Test.Count, data.ClassNames[0]));
        Assert.Equal(9, data.ClassNames.Count);
        DataException e = Assert.Throws<DataException>(() =>
            SegmentationData.Open(
                folder["a"],
                new SegmentationDataOptions { AllowEmptyClasses = true },
                TestContext.Current.CancellationToken));
        Assert.Contains("--test-split or --test-data", e.Message, StringComparison.Ordinal);

        File.AppendAllText(folder["b", "classes.txt"], "another\n");
        Assert.Contains(
            "other classes",
            Assert
                .Throws<DataException>(() =>
                    SegmentationData.Open(
                        folder["a"],
                        new SegmentationDataOptions { TestFolder = folder["b"], AllowEmptyClasses = true },
                        TestContext.Current.CancellationToken))
                .Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Images_in_folders_below_are_found_under_the_same_names()
    {
        Image("images/train/x/1.png");
        Image("images/val/y/2.jpg");
        Mask("masks/train/x/1.png", 0, 1);
        Mask("masks/val/y/2.png", 0, 1);
        Text("classes.txt", "sky\n\nland\n");
        SegmentationData data = Open();
        Assert.Equal(("x/1", "y/2"), (data.Train[0].Name, data.Test[0].Name));
        Assert.Equal(["sky", "land"], data.ClassNames);
    }

    [Fact]
    public void Whatever_is_wrong_with_a_mask_is_named_before_any_work()
    {
        Folders();
        Mask("masks/train/1.png", 0, 9);
        Refused(() => Open(), "1.png", "the value 9", "column", "--ignore");
        Assert.Equal(
            [0, 255],
            Open(ignore: [9], allowEmpty: true).ReadMask(Open(ignore: [9], allowEmpty: true).Train[0]).Values.Distinct());

        WriteMask("masks/train/1.png", new byte[Side * (Side + 1)], Side, Side + 1);
        Refused(() => Open(), "20 × 21", "20 × 20");

        File.WriteAllBytes(folder["masks", "train", "1.png"], File.ReadAllBytes(folder["masks", "val", "2.png"])[..40]);
        Refused(() => Open(), "1.png", "damaged");

        File.Delete(folder["masks", "train", "1.png"]);
        Refused(() => Open(), "masks", "missing", "1.png");

        Image("masks/train/1.png");
        Refused(() => Open(), "1.png", "colour picture");
    }

    [Fact]
    public void An_image_that_cannot_be_used_is_named_too()
    {
        Folders();
        File.WriteAllText(folder["images", "train", "1.png"], "no image at all");
        Refused(() => Open(), Path.Combine("images", "train", "1.png"));
    }

    [Fact]
    public void An_empty_class_is_refused_unless_allowed()
    {
        Folders();
        Text("classes.txt", "sky\nland\nsea\n");
        Refused(() => Open(), "'sea'", "--allow-empty-classes");
        SegmentationData data = Open(allowEmpty: true);
        Assert.Equal(["sea"], data.NotInTest);

        Mask("masks/train/1.png", 1);
        Text("classes.txt", "sky\nland\n");
        Refused(() => Open(), "'sky'");
        Mask("masks/train/1.png", 255);
        Refused(() => Open(allowEmpty: true), "fewer than two classes");
    }

    [Fact]
    public void Unknown_splits_and_folders_are_told_with_what_there_is()
    {
        Folders();
        Refused(() => Open(train: "trian"), "no split 'trian'", "train, val");
        Refused(() => SegmentationData.Open(folder["nowhere"]), "nowhere");
        Refused(() => SegmentationData.Open(folder["images"]), "expected", "JPEGImages", "gtFine");
        Refused(
            () => SegmentationData.Open(folder.Path, new SegmentationDataOptions { Layout = SegmentationLayout.Voc }),
            "Voc:",
            "JPEGImages");
    }

    [Fact]
    public void The_fewer_labelled_images_are_among_the_more()
    {
        for (int i = 0; i < 12; i++)
        {
            Image($"images/train/{i:D2}.png");
            Mask($"masks/train/{i:D2}.png", 0, 1);
        }

        Image("images/val/v.png");
        Mask("masks/val/v.png", 0, 1);
        SegmentationData data = Open();
        IReadOnlyList<SegmentationImage> few = data.Labelled(3, 7), more = data.Labelled(8, 7);
        Assert.Equal((3, 8, 12), (few.Count, more.Count, data.Labelled(null, 7).Count));
        Assert.Subset(more.ToHashSet(), few.ToHashSet());
        Assert.Equal(few, data.Labelled(3, 7));
        Assert.NotEqual(few, data.Labelled(3, 8));
        Assert.Equal(data.Train, data.Labelled(13, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Labelled(0, 7));
    }

    [Fact]
    public void A_cancelled_search_stops()
    {
        Folders();
        Assert.ThrowsAny<OperationCanceledException>(() => SegmentationData.Open(folder.Path, null, new CancellationToken(canceled: true)));
    }

    private void Folders()
    {
        Image("images/train/1.png");
        Image("images/val/2.png");
        Mask("masks/train/1.png", 0, 1);
        Mask("masks/val/2.png", 0, 1);
        Text("classes.txt", "sky\nland\n");
    }

    private SegmentationData Open(string? train = null, string? test = null, bool allowEmpty = false, params byte[] ignore) => SegmentationData.Open(
        folder.Path, new SegmentationDataOptions { TrainSplit = train, TestSplit = test, AllowEmptyClasses = allowEmpty, Ignore = ignore }, TestContext.Current.CancellationToken);

    private static void Refused(Func<object> open, params string[] words)
    {
        string message = Assert.Throws<DataException>(open).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    private void Image(string path, int side = Side)
    {
        byte[] pixels = new byte[side * side * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(i * 7);
        }

        ScenePng.WriteRgb(Fresh(path), pixels, side, side);     // under whatever name: a decoder looks at the bytes
    }

    /// <summary>Rows of each value in turn.</summary>
    private void Mask(string path, params byte[] values) =>
        WriteMask(path, [.. Enumerable.Range(0, Side * Side).Select(p => values[p / Side % values.Length])], Side, Side);

    private void WriteMask(string path, byte[] values, int width, int height) => ScenePng.WriteGrey(Fresh(path), values, width, height);

    private void Text(string path, string text) => File.WriteAllText(Fresh(path), text);

    private string Fresh(string path)
    {
        string full = folder[path.Split('/')];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.Delete(full);
        return full;
    }
}
