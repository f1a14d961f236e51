using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Training;

namespace DenseCL.Tests.Transfer.Segmentation;

public sealed class PolyLearningRateTests
{
    [Fact]
    public void It_is_the_closed_form()
    {
        SegmentationOptions options = new() { Steps = 20_000, LearningRate = 0.01, MinLearningRate = 1e-4, Power = 0.9 };
        Assert.Equal(0.01, PolyLearningRate.At(options, 0), 15);
        Assert.Equal(((0.01 - 1e-4) * Math.Pow(0.5, 0.9)) + 1e-4, PolyLearningRate.At(options, 10_000), 15);
        Assert.Equal(((0.01 - 1e-4) * Math.Pow(1.0 / 20_000, 0.9)) + 1e-4, PolyLearningRate.At(options, 19_999), 15);
        Assert.Equal(1e-4, PolyLearningRate.At(options, 20_000), 15);
        Assert.Equal(0.01 * 0.75, PolyLearningRate.At(options with { Power = 1, MinLearningRate = 0 }, 5_000), 15);
    }

    [Fact]
    public void The_warm_up_rises_in_a_straight_line_into_it()
    {
        SegmentationOptions options = new() { Steps = 100, WarmupSteps = 10, Power = 0, MinLearningRate = 0 };
        Assert.Equal([0.001, 0.005, 0.01, 0.01], new long[] { 0, 4, 9, 10 }.Select(step => Math.Round(PolyLearningRate.At(options, step), 12)));
    }
}
