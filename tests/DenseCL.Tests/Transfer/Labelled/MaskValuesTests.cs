using DenseCL.Data;
using DenseCL.Tests.Transfer.Segmentation;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Tests.Transfer.Labelled;

/// <summary>Masks whose values are not the numbers of classes.</summary>
public sealed class MaskValuesTests : IDisposable
{
    private readonly LabelledFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Masks_of_0_and_255_are_told_what_to_do_and_then_read()
    {
        Both(split => folder.Mask($"masks/{split}/1.png", 0, 255));
        Refused(new(), "fewer than two classes", "0 and 255", "use --map 255=1");
        SegmentationData data = folder.Open(new() { Map = ["255=1"] });
        Assert.Equal(["class 0", "class 1"], data.ClassNames);
        Assert.Equal([.. Enumerable.Repeat<byte>(0, 20), .. Enumerable.Repeat<byte>(1, 20)], data.ReadMask(data.Test[0]).Values.Take(40));

        folder.Text("classes.txt", "good\nscratch\n");
        Assert.Equal(["good", "scratch"], folder.Open(new() { Map = ["255=1"] }).ClassNames);
        Refused(new() { Map = ["255=2"] }, "--map has the class 2", "classes.txt has only 2 names, for the classes 0 to 1");
        Refused(new() { Map = ["255=1"], Ignore = [255] }, "The value 255", "--map", "--ignore", "keep one");
    }

    [Fact]
    public void A_value_without_a_class_is_named_with_its_file_and_place_and_all_values_are_listed()
    {
        Both(split => folder.Mask($"masks/{split}/1.png", 0, 0, 255, 7));
        Refused(
            new() { Map = ["255=1"] },
            folder["masks", "train", "1.png"], "the value 7 at column 0, row 3", "--ignore", "--map 7=1", "the values 0; 255; 7",
            "--map 0=0 --map 255=1 --map 7=2");
        SegmentationData data = folder.Open(new() { Map = ["255=1"], Ignore = [7] });
        Assert.Equal([0, 1, 255], data.ReadMask(data.Train[0]).Values.Distinct());
        data = folder.Open(new() { Map = ["255=1", "7=ignore"] });
        Assert.Equal([0, 1, 255], data.ReadMask(data.Train[0]).Values.Distinct());
        data = folder.Open(new() { Map = ["0=0", "255=1,7=1"] });
        Assert.Equal([0, 1], data.ReadMask(data.Train[0]).Values.Distinct());
    }

    [Fact]
    public void Values_that_skip_numbers_are_listed_too()
    {
        Both(split => folder.Mask($"masks/{split}/1.png", 0, 100));
        Refused(new(), "99 classes", "values in the masks are 0, 100", "--map or --classes");
    }

    [Fact]
    public void Colours_are_refused_with_the_colours_found_and_read_with_a_map()
    {
        Both(split => folder.Colours($"masks/{split}/1.png", (0, 0, 0), (0, 0, 0), (255, 0, 0), (0, 0, 255)));
        Refused(
            new(),
            "colour picture", "its colour 255,0,0 at column 0, row 2", "0; 0,0,255; 255,0,0", "--map 0=0 --map 0,0,255=1 --map 255,0,0=2",
            "--classes");
        SegmentationData data = folder.Open(new() { Map = ["255,0,0=2", "#0000ff=1"] });
        Assert.Equal((3, "class 2"), (data.ClassNames.Count, data.ClassNames[2]));
        Assert.Equal([0, 2, 1], data.ReadMask(data.Train[0]).Values.Distinct());
        Refused(new() { Map = ["255,0,0=1"] }, "its colour 0,0,255 at column 0, row 3");
    }

    [Fact]
    public void A_photograph_is_no_mask()
    {
        Both(split => folder.Image($"masks/{split}/1.png"));
        Refused(new(), "colour picture", "more than 16 values or colours", "photographs");
    }

    [Fact]
    public void Indices_of_a_palette_stay_indices()
    {
        // Pillow wrote it, with a palette of colours.
        byte[] png = GoldenSegmentation.Of("masks").EnumerateArray().Single(mask => mask.GetProperty("name").ValueEquals("palette, 2 bits"))
            .GetProperty("png").GetBytesFromBase64();
        string path = folder.Fresh("1.png");
        File.WriteAllBytes(path, png);
        byte[] indices = [.. LabelMap.Numbers.Read(path).Values];
        Assert.Equal(4, indices.Distinct().Count());
        LabelMap other = new(ClassList.Parse(["0=3", "1=2", "2=1", "3=0"]), []);
        Assert.Equal(indices.Select(index => (byte)(3 - index)), other.Read(path).Values);
        string? why = new LabelMap(ClassList.Parse(["255,0,0=1"]), []).TryRead(path, out _);
        Assert.Contains("of a palette the indices count, not the colours", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_classes_gives_values_and_names()
    {
        Both(split => folder.Mask($"masks/{split}/1.png", 0, 255, 128));
        folder.Text("mine.txt", "0 good\n255 scratch\n128 ignore\n");
        SegmentationData data = folder.Open(new() { Classes = folder["mine.txt"] });
        Assert.Equal(["good", "scratch"], data.ClassNames);
        Assert.Equal([0, 1, 255], data.ReadMask(data.Train[0]).Values.Distinct());
        Refused(new() { Classes = folder["mine.txt"], Map = ["255=1"] }, "mine.txt", "--map gives values too");

        // The folder's own list may have values as well, and an option takes their place.
        File.Move(folder["mine.txt"], folder["classes.txt"]);
        Assert.Equal(["good", "scratch"], folder.Open(new()).ClassNames);
        Assert.Equal(["class 0", "class 1"], folder.Open(new() { Map = ["255=1", "128=1"] }).ClassNames);
        folder.Text("names.txt", "fine\nbad\n");
        Assert.Equal(["fine", "bad"], folder.Open(new() { Classes = folder["names.txt"] }).ClassNames);
        Assert.Equal(["fine", "bad"], folder.Open(new() { Classes = folder["names.txt"], Map = ["255=1", "128=1"] }).ClassNames);
        folder.Text("names.txt", "fine\nbad\nworse\n");
        Refused(new() { Classes = folder["names.txt"] }, "names.txt has 3 names, but the data set has 2 classes");
        folder.Text("names.txt", "\n");
        Refused(new() { Classes = folder["names.txt"] }, "names.txt is empty");
    }

    [Fact]
    public void Another_folder_to_measure_on_is_read_by_the_same_values()
    {
        Both(split => folder.Mask($"masks/{split}/1.png", 0, 255));
        folder.Image("other/images/2.png");
        folder.Mask("other/masks/2.png", 255, 0);
        SegmentationData data = folder.Open(new() { Map = ["255=1"], TestFolder = folder["other"] });
        Assert.Equal([1, 0], data.ReadMask(data.Test[0]).Values.Distinct());
        folder.Text("other/classes.txt", "a\nb\nc\n");
        Refused(new() { Map = ["255=1"], TestFolder = folder["other"] }, "other classes");
        folder.Text("names.txt", "x\ny\n");
        Assert.Equal(["x", "y"], folder.Open(new() { Map = ["255=1"], Classes = folder["names.txt"], TestFolder = folder["other"] }).ClassNames);
    }

    [Fact]
    public void Images_without_a_mask_are_left_out_and_counted_if_asked_for()
    {
        Both(split => folder.Mask($"masks/{split}/1.png", 0, 1));
        folder.Image("images/train/2.png");
        folder.Image("images/train/3.png");
        folder.Image("images/val/4.png");
        Refused(new(), "2 of the 3 masks of the split 'train'", folder["masks", "train", "2.png"], "--labelled-only", "labelledOnly");
        SegmentationData data = folder.Open(new() { LabelledOnly = true });
        Assert.Equal((1, 1, 3), (data.Train.Count, data.Test.Count, data.WithoutMask));
        Assert.Equal(2, folder.Open(new() { LabelledOnly = true, TestSplit = "train" }).WithoutMask);

        File.Delete(folder["masks", "val", "1.png"]);
        Refused(new() { LabelledOnly = true }, "2 of the 2 masks of the split 'val'", "A mask is a PNG with the name of its image");
    }

    private void Both(Action<string> mask)
    {
        foreach (string split in new[] { "train", "val" })
        {
            folder.Image($"images/{split}/1.png");
            mask(split);
        }
    }

    private void Refused(SegmentationDataOptions options, params string[] words)
    {
        string message = Assert.Throws<DataException>(() => folder.Open(options)).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }
}
