namespace DenseCL.Weights.Tensors.Naming;

/// <summary>What was loaded, what was not, and why: nothing is skipped silently.</summary>
/// <param name="File">The file.</param>
/// <param name="Convention">The naming of the file.</param>
/// <param name="Tensors">One line per tensor.</param>
/// <param name="Notes">What else is worth knowing, a sentence each.</param>
public sealed record LoadReport(string File, string Convention, IReadOnlyList<LoadedTensor> Tensors, IReadOnlyList<string> Notes)
{
    /// <summary>How many tensors had a certain fate.</summary>
    /// <param name="fate">The fate.</param>
    public int Count(TensorFate fate) => Tensors.Count(t => t.Fate == fate);

    /// <summary>A summary in one line, such as <c>318 matched, 0 reshaped, 0 missing, 2 unexpected</c>.</summary>
    public override string ToString() =>
        $"{Count(TensorFate.Matched)} matched, {Count(TensorFate.Reshaped)} reshaped, {Count(TensorFate.Missing)} missing, "
        + $"{Count(TensorFate.OtherShape)} of another shape, {Count(TensorFate.Unexpected)} unexpected";
}
