namespace DenseCL.Transfer.Features;

/// <summary>The progress of an evaluation.</summary>
/// <param name="Part">The current part, such as <c>train</c> or <c>test</c>; each has its own bar.</param>
/// <param name="Done">Images or steps done.</param>
/// <param name="Total">All images or steps.</param>
/// <param name="Text">The text next to the bar.</param>
/// <param name="Line">The line for a log without bars; null for none.</param>
public sealed record EvaluationProgress(string Part, long Done, long Total, string Text, string? Line)
{
    /// <summary>The progress of computing features: a line for each tenth.</summary>
    /// <param name="part">Which set.</param>
    /// <param name="before">Images done at the previous report.</param>
    /// <param name="done">Images done.</param>
    /// <param name="total">Images in all.</param>
    public static EvaluationProgress OfFeatures(string part, int before, int done, int total) =>
        new(
            part,
            done,
            total,
            FormattableString.Invariant($"features, {part} {done:N0}/{total:N0}"),
            10L * done / total == 10L * before / total
                ? null
                : FormattableString.Invariant($"features, {part}: {done:N0} of {total:N0} images"));
}
