using DenseCL.Reports.Health;
using DenseCL.Reports.Runs;

namespace DenseCL.Tests.Reports.Health;

/// <summary>The borders of the rules, by logs that are written for it.</summary>
public sealed class RuleTests : IDisposable
{
    private const string Good =
        "\"positiveSimilarity\":0.8,\"negativeSimilarity\":0.1,\"deviation\":0.9,\"densePositiveSimilarity\":0.7,\"denseNegativeSimilarity\":0.2,\"denseDeviation\":0.8,\"samePlaceMatches\":0.1,\"matchAgreement\":0.9,\"positionVariance\":0.2";

    private readonly TemporaryFolder folder = new();
    private int runs;

    [Fact]
    public void A_good_log_is_healthy_and_says_by_what()
    {
        Verdict verdict = Of(Run(20, Good))[0];
        Assert.Equal(("healthy", Severity.Good, ""), (verdict.Name, verdict.Severity, verdict.Advice));
        Assert.Equal("Nothing is wrong. Mean cosine 0.80 with positives, 0.10 with negatives; deviation 0.90. Of dense vectors: 0.70 with positives, 0.20 with negatives.", verdict.Finding);
    }

    [Theory]
    [InlineData("\"deviation\":0.9", "\"deviation\":0.099", "collapse")]
    [InlineData("\"deviation\":0.9", "\"deviation\":0.101", null)]
    [InlineData("\"negativeSimilarity\":0.1", "\"negativeSimilarity\":0.951", "collapse")]
    [InlineData("\"negativeSimilarity\":0.1", "\"negativeSimilarity\":0.949", null)]
    [InlineData("\"denseDeviation\":0.8", "\"denseDeviation\":0.099", "denseCollapse")]
    [InlineData("\"denseNegativeSimilarity\":0.2", "\"denseNegativeSimilarity\":0.951", "denseCollapse")]
    [InlineData("\"denseNegativeSimilarity\":0.2", "\"denseNegativeSimilarity\":0.949", null)]
    [InlineData("\"samePlaceMatches\":0.1,\"matchAgreement\":0.9", "\"samePlaceMatches\":0.61,\"matchAgreement\":0.49", "positionShortcut")]
    [InlineData("\"samePlaceMatches\":0.1,\"matchAgreement\":0.9", "\"samePlaceMatches\":0.61,\"matchAgreement\":0.5", null)]
    [InlineData("\"samePlaceMatches\":0.1,\"matchAgreement\":0.9", "\"samePlaceMatches\":0.59,\"matchAgreement\":0.1", null)]
    [InlineData("\"positionVariance\":0.2", "\"positionVariance\":0.91", "positionShortcut")]
    [InlineData("\"positionVariance\":0.2", "\"positionVariance\":0.89", null)]
    public void An_indicator_beyond_its_limit_is_told(string part, string becomes, string? name)
    {
        Verdict[] bad = [.. Of(Run(20, Good.Replace(part, becomes, StringComparison.Ordinal))).Where(verdict => verdict.Severity >= Severity.Warning)];
        Assert.Equal(name is null ? [] : [name], bad.Select(verdict => verdict.Name));
    }

    [Fact]
    public void A_single_odd_step_decides_nothing()
    {
        WrittenLines run = Run(18, Good);
        run.Add(19, 5, Good.Replace("\"deviation\":0.9", "\"deviation\":0.01", StringComparison.Ordinal));
        run.Add(20, 5, Good.Replace("\"deviation\":0.9", "\"deviation\":0.01", StringComparison.Ordinal));
        Assert.Equal("healthy", Of(run)[0].Name);
        run.Add(21, 5, Good.Replace("\"deviation\":0.9", "\"deviation\":0.01", StringComparison.Ordinal));
        Assert.Equal("collapse", Of(run)[0].Name);
    }

    [Theory]
    [InlineData(7.44, false)]       // ln(1025) + 0.5 = 7.432
    [InlineData(7.42, true)]
    public void A_loss_above_that_of_guessing_diverges(double loss, bool healthy) =>
        Assert.Equal(healthy ? "healthy" : "diverging", Of(Run(20, Good, loss))[0].Name);

    [Theory]
    [InlineData(0.31, "dataBound")]
    [InlineData(0.29, "healthy")]
    public void Much_waiting_for_images_is_told(double wait, string name)
    {
        WrittenLines run = Run(20, Good);
        run.Speed(20, wait);
        Assert.Equal(name, Of(run)[0].Name);
        Assert.Equal(name == "healthy", Of(run).Any(verdict => verdict.Name == "computeBound"));
    }

    [Fact]
    public void A_queue_that_is_not_full_is_noted_and_not_called_a_shortcut()
    {
        WrittenLines run = Run(20, Good.Replace("\"samePlaceMatches\":0.1,\"matchAgreement\":0.9", "\"samePlaceMatches\":1,\"matchAgreement\":0", StringComparison.Ordinal), filled: 0.5);
        Assert.Equal(["healthy", "queueFilling"], Of(run).Select(verdict => verdict.Name));
    }

    [Fact]
    public void A_loss_that_is_no_number_is_told()
    {
        WrittenLines run = Run(20, Good);
        run.Text("{\"step\":21,\"epoch\":1,\"lossNotFinite\":1}");
        Assert.Equal(("notFinite", "The loss was not a finite number at step 21, and the run stopped."), (Of(run)[0].Name, Of(run)[0].Finding));
    }

    [Theory]
    [InlineData(9, "tooShort")]
    [InlineData(10, "healthy")]
    public void A_few_steps_are_not_judged(int steps, string name) => Assert.Equal(name, Of(Run(steps, Good))[0].Name);

    [Theory]
    [InlineData(0.0, 0.06, true)]           // flat, at the full learning rate
    [InlineData(0.0, 0.001, false)]         // flat at the end of the schedule
    [InlineData(-0.01, 0.06, false)]        // it falls
    public void A_loss_that_stands_still_is_a_plateau(double slope, double lastRate, bool plateau)
    {
        WrittenLines run = new(folder[$"run{runs++}"]);
        for (int step = 1; step <= 90; step++)
        {
            run.Add(step, 5 + (slope * step) + (0.01 * (step % 3)), Good, rate: step == 90 ? lastRate : 0.06);
        }

        Assert.Equal(plateau, Of(run).Any(verdict => verdict.Name == "plateau"));
        Assert.Equal("healthy", Of(run)[0].Name);
    }

    [Theory]
    [InlineData(new[] { 0.1, 0.2, 0.3, 0.3, 0.29, 0.3 }, true)]
    [InlineData(new[] { 0.1, 0.2, 0.3, 0.3, 0.29, 0.31 }, false)]
    [InlineData(new[] { 0.3, 0.3, 0.3, 0.3, 0.3 }, false)]      // too few
    public void A_probe_that_does_not_improve_is_a_plateau(double[] figures, bool plateau)
    {
        WrittenLines run = Run(20, Good);
        foreach ((int i, double figure) in figures.Index())
        {
            run.Text(FormattableString.Invariant($"{{\"step\":{30 + i},\"epoch\":1,\"probe\":{{\"meanIoU\":{figure}}}}}"));
        }

        Assert.Equal(plateau, Of(run).Any(verdict => verdict.Name == "plateau"));
    }

    [Fact]
    public void The_baseline_has_no_dense_curves()
    {
        WrittenLines run = Run(20, "\"positiveSimilarity\":0.8,\"negativeSimilarity\":0.1,\"deviation\":0.9");
        Assert.Equal("Nothing is wrong. Mean cosine 0.80 with positives, 0.10 with negatives; deviation 0.90.", Assert.Single(Of(run)).Finding);
    }

    public void Dispose() => folder.Dispose();

    private static IReadOnlyList<Verdict> Of(WrittenLines run) => Verdicts.Of(RunRecord.Open(run.Path));

    private WrittenLines Run(int steps, string health, double loss = 5, double filled = 1)
    {
        WrittenLines run = new(folder[$"run{runs++}"]);
        for (int step = 1; step <= steps; step++)
        {
            run.Add(step, loss, health, filled);
        }

        return run;
    }

    /// <summary>A run whose lines the test writes.</summary>
    private sealed class WrittenLines(string path)
    {
        private readonly WrittenRun run = new(path);

        public string Path => run.Path;

        public void Add(int step, double loss, string health, double filled = 1, double rate = 0.06) => Text(FormattableString.Invariant(
            $"{{\"step\":{step},\"epoch\":1,\"learningRate\":{rate},\"lambda\":0.5,\"loss\":{loss},\"lossGlobal\":{loss},\"lossDense\":{loss},\"queueFilled\":{filled},\"health\":{{{health}}}}}"));

        public void Text(string line) => File.AppendAllText(run.In("metrics.jsonl"), line + "\n");

        public void Speed(int steps, double wait) => File.WriteAllLines(run.In("speed.jsonl"), Enumerable.Range(1, steps).Select(step =>
            FormattableString.Invariant($"{{\"step\":{step},\"secondsPerStep\":0.5,\"imagesPerSecond\":100,\"loaderWaitShare\":{wait}}}")));
    }
}
