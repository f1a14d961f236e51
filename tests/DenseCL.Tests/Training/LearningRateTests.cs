using DenseCL.Recipes;
using DenseCL.Training;

namespace DenseCL.Tests.Training;

public class LearningRateTests
{
    private static readonly OptimOptions Paper = new() { Epochs = 200, LearningRate = 0.03 };

    [Theory]
    [InlineData(0, 0.03)]
    [InlineData(4999, 0.03)]                        // the whole first epoch
    [InlineData(100 * 5000, 0.015)]                 // half of the epochs: half of the cosine
    [InlineData((100 * 5000) + 4999, 0.015)]
    [InlineData((50 * 5000) + 7, 0.0256066017)]     // a quarter: (1 + cos 45°) / 2
    public void The_papers_schedule_falls_in_stairs_of_an_epoch(long step, double expected) =>
        Assert.Equal(expected, LearningRate.At(Paper, step, 5000), 9);

    [Theory]
    [InlineData(0, 0.03)]
    [InlineData(500_000, 0.015)]
    [InlineData(750_000, 0.0043933983)]
    [InlineData(999_999, 0.0)]
    public void The_other_falls_step_by_step(long step, double expected) =>
        Assert.Equal(expected, LearningRate.At(Paper with { Schedule = Schedule.CosineStep }, step, 5000), 9);

    [Fact]
    public void Warm_up_grows_linearly_to_the_full_rate()
    {
        OptimOptions constant = Paper with { Schedule = Schedule.Constant, WarmupSteps = 4 };
        Assert.Equal(
            [0.0075, 0.015, 0.0225, 0.03, 0.03],
            Enumerable.Range(0, 5).Select(step => Math.Round(LearningRate.At(constant, step, 5000), 12)));
    }
}
