using DenseCL.Recipes;
using DenseCL.Training;
using DenseCL.Training.Logs;

namespace DenseCL.Tests.Training;

public class StepBenchmarkTests
{
    private static readonly string[] Small =
        ["data.size=64", "optim.batch=2", "optim.batchNormGroup=whole", "method.queue=4", "method.keyMomentum=0.99", "run.precision=fp32"];

    [Theory]
    [InlineData("backbone")]
    [InlineData("dense")]
    [InlineData("random")]
    [InlineData("geometric")]
    [InlineData("overlap")]
    [InlineData("nearby")]
    [InlineData("centred")]
    public void Every_matching_can_be_measured(string matching)
    {
        StepSpeed speed = StepBenchmark.Run(Read($"method.matching={matching}"), 2, TestContext.Current.CancellationToken);
        Assert.True(speed.SecondsPerStep > 0);
    }

    [Theory]
    [InlineData("method.queue")]
    [InlineData("method.keyMomentum")]
    public void A_method_that_is_not_fixed_is_refused(string key)
    {
        string message = Assert
            .Throws<RecipeException>(() => StepBenchmark.Run(Read($"{key}=auto"), 2, TestContext.Current.CancellationToken))
            .Message;
        Assert.StartsWith($"{key} is `auto`", message, StringComparison.Ordinal);
        Assert.EndsWith("Choose a number.", message, StringComparison.Ordinal);
    }

    private static Recipe Read(string setting)
    {
        string key = setting.Split('=')[0] + "=";
        return RecipeReader.Read("small", [.. Small.Where(other => !other.StartsWith(key, StringComparison.Ordinal)), setting]);
    }
}
