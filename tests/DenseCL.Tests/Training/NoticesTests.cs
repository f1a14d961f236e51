using DenseCL.Method;
using DenseCL.Training;

namespace DenseCL.Tests.Training;

public class NoticesTests
{
    private static readonly HealthIndicators Healthy = new(0.8, 0, 0.9, 0.7, 0, 0.9, 0.8, 0.5, 0.2, 0.3, 0.1);

    [Fact]
    public void A_healthy_step_says_nothing() => Assert.Null(new Notices().For(50, Step(Healthy), 1));

    [Fact]
    public void A_matching_that_follows_the_position_is_said_once()
    {
        Notices notices = new();
        StepReport collapsed = Step(Healthy with { SamePlaceMatches = 0.95 });
        Assert.StartsWith("The matching has collapsed: 95 %", notices.For(50, collapsed, 1), StringComparison.Ordinal);
        Assert.Null(notices.For(100, collapsed, 1));
        Assert.Null(new Notices().For(50, Step(Healthy with { SamePlaceMatches = null }), 1));
        Assert.Null(new Notices().For(5, collapsed, 0.5)); // untrained features say much of the position: too early to judge
        Assert.Null(new Notices().For(50, Step(Healthy with { SamePlaceMatches = 0.95, MatchAgreement = 0.9 }), 1)); // gentle crops: the same position is right
        Assert.NotNull(new Notices().For(50, Step(Healthy with { SamePlaceMatches = 0.95, MatchAgreement = null }), 1));
    }

    [Fact]
    public void Dense_vectors_that_are_all_the_same_are_told_from_global_ones()
    {
        Assert.StartsWith(
            "The dense vectors have become",
            new Notices().For(50, Step(Healthy with { DenseDeviation = 0.05 }), 1),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "The vectors of different images",
            new Notices().For(50, Step(Healthy with { Deviation = 0.05 }), 1),
            StringComparison.Ordinal);
    }

    private static StepReport Step(HealthIndicators health) => new(5, 5, 5, 0.5, health);
}
