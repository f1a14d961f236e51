using DenseCL.Transfer.Measures;

namespace DenseCL.Tests.Transfer.Measures;

public sealed class ConfusionMatrixTests
{
    [Fact]
    public void The_measures_agree_with_a_count_by_hand()
    {
        ConfusionMatrix confusion = new(4);
        confusion.Add([0, 0, 0, 1, 1], [0, 0, 1, 1, 1]);
        confusion.Add([2, 2, 255, 255], [0, 2, 0, 3]);

        // By hand:  truth 0: 2 right, 1 as 1;  truth 1: 2 right;  truth 2: 1 right, 1 as 0;  class 3 nowhere.
        Assert.Equal((2, 1, 2, 1, 1), (confusion[0, 0], confusion[0, 1], confusion[1, 1], confusion[2, 0], confusion[2, 2]));
        Assert.Equal(7, confusion.Total);
        Assert.Equal(5 / 7.0, confusion.PixelAccuracy, 15);
        Assert.Equal([2 / 4.0, 2 / 3.0, 1 / 2.0, double.NaN], confusion.PerClassIoU);
        Assert.Equal((0.5 + (2 / 3.0) + 0.5) / 3, confusion.MeanIoU, 15);
    }

    [Fact]
    public void A_class_that_is_only_predicted_counts_as_zero()
    {
        ConfusionMatrix confusion = new(3);
        confusion.Add([0, 0], [0, 2]);
        Assert.Equal([0.5, double.NaN, 0], confusion.PerClassIoU);
        Assert.Equal(0.25, confusion.MeanIoU, 15);
    }

    [Fact]
    public void Nothing_counted_is_not_a_number()
    {
        ConfusionMatrix confusion = new(2);
        confusion.Add([255], [0]);
        Assert.True(double.IsNaN(confusion.MeanIoU));
        Assert.True(double.IsNaN(confusion.PixelAccuracy));
    }

    [Fact]
    public void Labels_out_of_range_and_unequal_lengths_are_refused()
    {
        ConfusionMatrix confusion = new(2);
        Assert.Throws<ArgumentException>(() => confusion.Add([2], [0]));
        Assert.Throws<ArgumentException>(() => confusion.Add([0], [-1]));
        Assert.Throws<ArgumentException>(() => confusion.Add([0, 1], [0]));
    }
}
