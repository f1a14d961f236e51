using DenseCL.Transfer.Measures;
namespace DenseCL.Transfer.Ablation.Tables;

/// <summary>A figure of an evaluation for one variant, over the seeds.</summary>
/// <param name="Evaluation">The evaluation as written.</param>
/// <param name="Figure">The figure's name.</param>
/// <param name="IsShare">Whether every value of the figure in the evaluation lies in 0 … 1; it is then shown in per cent.</param>
/// <param name="Variant">The variant's name.</param>
/// <param name="Values">The values by seed, at least one, in the order of the seeds.</param>
/// <param name="Mean">The mean and its interval.</param>
/// <param name="Difference">This variant minus the baseline, over the seeds that both have; null for the baseline itself, and if there is
/// no such seed.</param>
public sealed record AblationTableRow(
    string Evaluation,
    string Figure,
    bool IsShare,
    string Variant,
    IReadOnlyList<KeyValuePair<ulong, double>> Values,
    Estimate Mean,
    Estimate? Difference);
