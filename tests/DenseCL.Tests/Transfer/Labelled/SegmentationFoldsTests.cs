using DenseCL.Data;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Tests.Transfer.Labelled;

public sealed class SegmentationFoldsTests : IDisposable
{
    private readonly LabelledFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(10, 5)]
    [InlineData(11, 4)]
    [InlineData(3, 3)]
    [InlineData(5, 2)]
    public void Every_image_is_measured_on_exactly_once_and_never_learned_from_there(int images, int folds)
    {
        Write(images);
        IReadOnlyList<SegmentationData> parts = Open(new() { Folds = folds }).Of(seed: 7);
        Assert.Equal(folds, parts.Count);
        Assert.Equal(Enumerable.Range(1, folds), parts.Select(part => part.Fold!.Value));
        Assert.Equal(Names(images), parts.SelectMany(part => part.Test).Select(image => image.Name).Order(StringComparer.Ordinal));
        Assert.All(parts, part =>
        {
            Assert.Equal(0, part.InBoth);
            Assert.Equal(Names(images), part.Train.Concat(part.Test).Select(image => image.Name).Order(StringComparer.Ordinal));
            Assert.InRange(part.Test.Count, images / folds, (images + folds - 1) / folds);
            Assert.Equal(part.Train.Select(image => image.Name).Order(StringComparer.Ordinal), part.Train.Select(image => image.Name));
        });
    }

    [Theory]
    [InlineData(10, 0.2, 2)]
    [InlineData(10, 0.25, 3)]       // half is rounded up
    [InlineData(10, 0.01, 1)]
    [InlineData(2, 0.9, 1)]
    [InlineData(7, 0.9, 6)]
    public void A_share_is_held_out_and_never_learned_from(int images, double share, int held)
    {
        Write(images);
        SegmentationData data = Assert.Single(Open(new() { HoldOut = share }).Of(seed: 7));
        Assert.Equal((images - held, held, 0, null), (data.Train.Count, data.Test.Count, data.InBoth, data.Fold));
        Assert.Equal(Names(images), data.Train.Concat(data.Test).Select(image => image.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_division_depends_on_seed_and_names_alone()
    {
        Write(12);
        SegmentationFolds folds = Open(new() { HoldOut = 0.25 });

        // Computed in Python from the generator's formulas: it must be the same on every machine.
        Assert.Equal(Recorded, folds.Of(seed: 3)[0].Test.Select(image => image.Name));
        Assert.Equal(folds.Of(seed: 3)[0].Test, Open(new() { HoldOut = 0.25 }).Of(seed: 3)[0].Test);
        Assert.True(Enumerable.Range(0, 5).Select(seed => string.Join(',', folds.Of((ulong)seed)[0].Test.Select(i => i.Name))).Distinct().Count() > 2);

        // Another folder with the same names, written in another order and with other extensions.
        using LabelledFolder other = new();
        foreach (string name in Names(12).Reverse())
        {
            other.Image($"images/{name}.jpg");
            other.Mask($"masks/{name}.png", 0, 1);
        }

        Assert.Equal(
            Recorded,
            SegmentationFolds.Open(other.Path, new() { HoldOut = 0.25 }, Stop).Of(seed: 3)[0].Test.Select(image => image.Name));
    }

    [Fact]
    public void A_class_that_cannot_be_learned_is_refused_and_one_that_is_not_measured_is_told()
    {
        Write(6);
        folder.Mask("masks/3.png", 0, 1, 2);        // the only image with the class 2
        SegmentationFolds folds = Open(new() { Folds = 3 });
        string message = Assert.Throws<DataException>(() => folds.Of(seed: 0)).Message;
        Assert.Contains("Every image with the class 'class 2' is in fold ", message, StringComparison.Ordinal);
        Assert.Contains("of 3 by seed 0", message, StringComparison.Ordinal);
        Assert.Contains("--allow-empty-classes", message, StringComparison.Ordinal);

        IReadOnlyList<SegmentationData> parts = Open(new() { Folds = 3, AllowEmptyClasses = true }).Of(seed: 0);
        Assert.Equal(3, parts[0].ClassNames.Count);
        Assert.All(parts, part => Assert.Equal(part.Test.Any(image => image.Name == "3") ? [] : ["class 2"], part.NotInTest));
        Assert.Equal(2, parts.Count(part => part.NotInTest.Count == 1));
    }

    [Fact]
    public void A_part_in_which_nothing_counts_is_refused()
    {
        Write(3);
        folder.Mask("masks/1.png", 255);
        Assert.Contains(
            "No pixel of fold ", Assert.Throws<DataException>(() => Open(new() { Folds = 3 }).Of(seed: 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_contradicts_a_division_is_refused()
    {
        Write(4);
        Refused(new() { Folds = 5 }, "has 4 labelled images, and --folds needs at least 5", "fewer folds");
        Refused(new() { Folds = 2, HoldOut = 0.2 }, "--hold-out and --folds are two ways");
        Refused(new() { Folds = 2, TestSplit = "val" }, "--folds chooses the images", "leave --test-split or --folds out");
        Refused(new() { HoldOut = 0.2, TrainSplit = "train" }, "--hold-out chooses", "leave --train-split or --hold-out out");
        Refused(new() { HoldOut = 0.2, TestFolder = "x" }, "leave --test-data or --hold-out out");
        Assert.Throws<ArgumentException>(() => SegmentationData.Open(folder.Path, new() { Folds = 2 }, Stop));
        Assert.Throws<ArgumentException>(() => Open(new()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SegmentationDataOptions { Folds = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SegmentationDataOptions { HoldOut = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SegmentationDataOptions { HoldOut = double.NaN });

        folder.Image("images/0.jpg");
        Refused(new() { Folds = 2 }, "0.jpg and ", "0.png have the same mask");
        File.Delete(folder["images", "0.jpg"]);

        folder.Image("images/train/a.png");
        folder.Mask("masks/train/a.png", 0, 1);
        Refused(new() { Folds = 2 }, "has 1 labelled image, and --folds needs at least 2: add images");     // its only split
        folder.Image("images/val/b.png");
        folder.Mask("masks/val/b.png", 0, 1);
        Refused(new() { Folds = 2 }, "has the splits train, val", "--folds divides a folder without splits", "leave --folds out");
        Refused(new() { HoldOut = 0.5 }, "has the splits train, val", "--hold-out divides");
    }

    [Fact]
    public void A_folder_without_splits_is_told_of_both()
    {
        Write(4);
        string message = Assert.Throws<DataException>(() => SegmentationData.Open(folder.Path, null, Stop)).Message;
        Assert.Contains("no split to measure on", message, StringComparison.Ordinal);
        Assert.Contains("--hold-out 0.2", message, StringComparison.Ordinal);
        Assert.Contains("--folds 5", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_without_a_mask_are_in_no_part()
    {
        Write(4);
        folder.Image("images/extra.png");
        Refused(new() { Folds = 2 }, "1 of the 5 masks of", "--labelled-only");
        SegmentationData data = Open(new() { Folds = 2, LabelledOnly = true }).Of(seed: 0)[0];
        Assert.Equal((4, 1), (data.Train.Count + data.Test.Count, data.WithoutMask));
    }

    private static readonly string[] Recorded = ["5", "6", "8"];

    private static string[] Names(int images) =>
        [.. Enumerable.Range(0, images).Select(i => FormattableString.Invariant($"{i}")).Order(StringComparer.Ordinal)];

    private void Write(int images)
    {
        foreach (string name in Names(images))
        {
            folder.Image($"images/{name}.png");
            folder.Mask($"masks/{name}.png", 0, 1);
        }
    }

    private SegmentationFolds Open(SegmentationDataOptions options) => SegmentationFolds.Open(folder.Path, options, Stop);

    private void Refused(SegmentationDataOptions options, params string[] words)
    {
        string message = Assert.Throws<DataException>(() => Open(options)).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }
}
