namespace DenseCL.Transfer.Features;

/// <summary>How far an evaluation is.</summary>
/// <param name="Part">What is under way, such as <c>train</c> or <c>test</c>; each has a bar of its own.</param>
/// <param name="Done">Images or steps done.</param>
/// <param name="Total">Of how many.</param>
/// <param name="Text">What stands beside the bar.</param>
/// <param name="Line">What a log without bars gets; null for nothing.</param>
public sealed record EvaluationProgress(string Part, long Done, long Total, string Text, string? Line)
{
    /// <summary>How far the features of a set of images are: worth a line for each tenth.</summary>
    /// <param name="part">Which set.</param>
    /// <param name="before">Images done when this was reported last.</param>
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
