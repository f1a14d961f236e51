using System.Globalization;
using DenseCL.Method;
using DenseCL.Reports.Runs;

namespace DenseCL.Reports.Health;

/// <summary>
/// The rules of the verdicts. "Now" is the median of the last five values of a curve, so that a single odd step decides nothing.
/// </summary>
internal static class Rules
{
    /// <summary>Logged steps below which a run is not judged.</summary>
    public const int FewSteps = 10;

    /// <summary>The cosine with negatives from which on all vectors are the same.</summary>
    public const double CollapsedSimilarity = 0.95;

    /// <summary>How far a loss lies above that of guessing, in nats, when a run diverges.</summary>
    public const double AboveGuessing = 0.5;

    /// <summary>The share of the dense vectors' variance that position explains when they say only where something is.</summary>
    public const double PositionExplains = 0.9;

    /// <summary>The share of the time spent waiting for images from which on the loader sets the pace.</summary>
    public const double MuchWaiting = 0.3;

    /// <summary>Probe figures, or logged steps, below which a plateau is not looked for.</summary>
    public const int FewProbes = 6, FewLosses = 60;

    /// <summary>The share of the highest learning rate below which a loss that stands still is the schedule's end.</summary>
    public const double EndOfSchedule = 0.1;

    private const int Recent = 5;

    private const string LowerRate = "Lower optim.learningRate, or begin with optim.warmupSteps. Continue from a checkpoint before it, or start again.";

    /// <summary>The run was stopped by a loss that is no number.</summary>
    public static Verdict? NotFinite(RunRecord run) => run.Curves["metrics/lossNotFinite"] is { Steps: [.., var step] }
        ? new("notFinite", Severity.Serious, Text($"The loss was not a finite number at step {step:N0}, and the run stopped."), LowerRate)
        : null;

    /// <summary>A loss is clearly higher than that of guessing among the positive and all negatives.</summary>
    public static Verdict? Diverging(RunRecord run)
    {
        if (!QueueIsFull(run) || run.Recipe.Method.Queue is not { } queue)
        {
            return null;
        }

        double guessing = Math.Log(queue + 1.0);
        foreach ((string name, string words) in ((string, string)[])[("loss/global", "global"), ("loss/dense", "dense")])
        {
            if (Now(run, name) is { } loss && loss > guessing + AboveGuessing)
            {
                return new(
                    "diverging",
                    Severity.Serious,
                    Text($"The {words} loss is {loss:F2}. Guessing among {queue + 1:N0} keys gives ln({queue + 1:N0}) = {guessing:F2}: the vectors are worse than chance."),
                    LowerRate);
            }
        }

        return null;
    }

    /// <summary>The vectors of different images are the same.</summary>
    public static Verdict? Collapse(RunRecord run) => Collapsed(
        run, "collapse", "the vectors of different images", "health/deviation", "health/negativeSimilarity",
        "Lower optim.learningRate, raise method.keyMomentum, use a smaller optim.batchNormGroup or more images in a batch.");

    /// <summary>The vectors of different positions are the same.</summary>
    public static Verdict? DenseCollapse(RunRecord run) => Collapsed(
        run, "denseCollapse", "the dense vectors", "health/denseDeviation", "health/denseNegativeSimilarity",
        "Lower optim.learningRate, or let the global loss begin alone with method.lambdaWarmupSteps.");

    /// <summary>The matching, or the dense vectors, follow the position in the view and not what it shows.</summary>
    public static Verdict? PositionShortcut(RunRecord run)
    {
        const string Advice = "Use method.matching=overlap, a finer map (model.outputStride=16), or larger views (data.size).";
        double? same = Now(run, "health/samePlaceMatches"), agreement = Now(run, "health/matchAgreement");
        return !QueueIsFull(run) ? null
            : HealthLimits.FollowsPosition(same, agreement)
                ? new(
                    "positionShortcut",
                    Severity.Warning,
                    Text($"{same:P0} of the positions are matched to the same position of the other view, whatever the views show."),
                    Advice)
            : Now(run, "health/positionVariance") is { } variance && variance > PositionExplains
                ? new("positionShortcut", Severity.Warning, Text($"{variance:P0} of the variance of the dense vectors is explained by their position in the view alone."), Advice)
            : null;
    }

    /// <summary>The loader cannot keep up.</summary>
    public static Verdict? DataBound(RunRecord run) => Now(run, "speed/loaderWaitShare") is { } wait && wait > MuchWaiting
        ? new(
            "dataBound",
            Severity.Warning,
            Text($"The training waits for images {wait:P0} of the time: reading and decoding them sets the pace."),
            "Pack the images once, and smaller: densecl data pack --short-side. Or use more threads (data.threads), or a faster disk.")
        : null;

    /// <summary>The network sets the pace, as it should.</summary>
    public static Verdict? ComputeBound(RunRecord run) => Now(run, "speed/loaderWaitShare") is { } wait && wait <= MuchWaiting && Now(run, "speed/imagesPerSecond") is { } speed
        ? new("computeBound", Severity.Note, Text($"{speed:N0} images a second; waiting for images takes {wait:P0} of the time: the network sets the pace."), "")
        : null;

    /// <summary>The queue still has vectors that are no keys.</summary>
    public static Verdict? QueueFilling(RunRecord run) => run.Curves["metrics/queueFilled"].Last is { } filled && filled < 1
        ? new("queueFilling", Severity.Note, Text($"The queue consists of real keys to {filled:P0}. Until it is full the losses rise."), "")
        : null;

    /// <summary>Nothing gets better any more, though the learning rate is not yet small.</summary>
    public static Verdict? Plateau(RunRecord run)
    {
        Curve? probe = run.Curves.All.FirstOrDefault(curve => curve.Name.StartsWith("probe/", StringComparison.Ordinal));
        return probe is { Steps.Count: >= FewProbes } ? PlateauOf(probe) : PlateauOfLoss(run);
    }

    /// <summary>Nothing is wrong; the numbers that say so.</summary>
    public static Verdict Healthy(RunRecord run)
    {
        string dense = Now(run, "health/densePositiveSimilarity") is { } positive && Now(run, "health/denseNegativeSimilarity") is { } negative
            ? Text($" Of dense vectors: {positive:F2} with positives, {negative:F2} with negatives.")
            : "";
        return new(
            "healthy",
            Severity.Good,
            Text($"Nothing is wrong. Mean cosine {Now(run, "health/positiveSimilarity"):F2} with positives, {Now(run, "health/negativeSimilarity"):F2} with negatives; deviation {Now(run, "health/deviation"):F2}.") + dense,
            "");
    }

    /// <summary>There is not enough to judge.</summary>
    public static Verdict? TooShort(RunRecord run) => run.Curves["loss/total"].Steps.Count is var count && count < FewSteps
        ? new("tooShort", Severity.Note, Text($"{count} steps are logged, too few to judge: {FewSteps} are needed."), "")
        : null;

    private static Verdict? Collapsed(RunRecord run, string name, string what, string deviationName, string similarityName, string advice)
    {
        double? deviation = Now(run, deviationName), similarity = Now(run, similarityName);
        return deviation < HealthLimits.CollapsedDeviation || (QueueIsFull(run) && similarity > CollapsedSimilarity)
            ? new(
                name,
                Severity.Serious,
                Text($"A collapse: {what} are nearly the same. Their deviation is {deviation:F2} (1: spread evenly, 0: all the same), their mean cosine with negatives {similarity:F2}."),
                advice)
            : null;
    }

    private static Verdict? PlateauOf(Curve probe)
    {
        int late = probe.Values.Count - (probe.Values.Count / 3);
        double before = probe.Values.Take(late).Max(), after = probe.Values.Skip(late).Max();
        return after > before
            ? null
            : new(
                "plateau",
                Severity.Note,
                Text($"{probe.Name["probe/".Length..]} of the probe has not improved in the last third of its evaluations: at most {after:P1} there, {before:P1} before."),
                "More epochs of the same will probably not help: look at other settings, or at more images.");
    }

    /// <summary>The mean of the last third of the loss is not lower than that of the third before, by two standard errors.</summary>
    private static Verdict? PlateauOfLoss(RunRecord run)
    {
        Curve rates = run.Curves["metrics/learningRate"];
        double[] losses = [.. FullQueue(run)];
        if (losses.Length < FewLosses || rates.Last is not { } rate || rate < EndOfSchedule * rates.Values.Max())
        {
            return null;
        }

        int third = losses.Length / 3;
        (double before, double beforeError) = MeanOf(losses[^(2 * third)..^third]);
        (double after, double afterError) = MeanOf(losses[^third..]);
        return before - after > 2 * Math.Sqrt((beforeError * beforeError) + (afterError * afterError))
            ? null
            : new(
                "plateau",
                Severity.Note,
                Text($"The loss does not fall any more: {after:F3} in the last third of the steps, {before:F3} in the third before. It is no measure of worth."),
                "Let a probe watch the run (run.probe), or measure a checkpoint with densecl match-score.");
    }

    private static (double Mean, double Error) MeanOf(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length));
    }

    /// <summary>The total losses since the queue is full: before, they rise because of it.</summary>
    private static IEnumerable<double> FullQueue(RunRecord run)
    {
        Curve filled = run.Curves["metrics/queueFilled"], loss = run.Curves["loss/total"];
        long full = filled.Steps.Zip(filled.Values).Where(pair => pair.Second >= 1).Select(pair => pair.First).DefaultIfEmpty(long.MaxValue).First();
        return loss.Steps.Zip(loss.Values).Where(pair => pair.First >= full).Select(pair => pair.Second);
    }

    private static bool QueueIsFull(RunRecord run) => run.Curves["metrics/queueFilled"].Last >= 1;

    /// <summary>The median of the last values of a curve; null if there are fewer than five.</summary>
    private static double? Now(RunRecord run, string curve)
    {
        double[] last = [.. run.Curves[curve].Values.TakeLast(Recent).Order()];
        return last.Length == Recent ? last[Recent / 2] : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
