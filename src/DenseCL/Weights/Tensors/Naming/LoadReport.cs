namespace DenseCL.Weights.Tensors.Naming;

/// <summary>What was loaded, what was not, and why: nothing is passed over in silence.</summary>
/// <param name="File">The file.</param>
/// <param name="Convention">Whose names it has.</param>
/// <param name="Tensors">A line a tensor.</param>
/// <param name="Notes">What else is worth knowing, a sentence each.</param>
public sealed record LoadReport(string File, string Convention, IReadOnlyList<LoadedTensor> Tensors, IReadOnlyList<string> Notes)
{
    /// <summary>How many tensors had this fate.</summary>
    /// <param name="fate">The fate.</param>
    public int Count(TensorFate fate) => Tensors.Count(t => t.Fate == fate);

    /// <summary>In one line, as <c>318 matched, 0 reshaped, 0 missing, 2 unexpected</c>.</summary>
    public override string ToString() =>
        $"{Count(TensorFate.Matched)} matched, {Count(TensorFate.Reshaped)} reshaped, {Count(TensorFate.Missing)} missing, {Count(TensorFate.OtherShape)} of another shape, {Count(TensorFate.Unexpected)} unexpected";
}
