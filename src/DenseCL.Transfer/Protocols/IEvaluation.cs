using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Transfer.Protocols;

/// <summary>A protocol that measures the quality of a backbone on a labelled data set.</summary>
public interface IEvaluation
{
    /// <summary>The name on the command line, such as <c>dense-probe</c>.</summary>
    public string Name { get; }

    /// <summary>Changes with every option that affects the figures: figures with different fingerprints cannot be compared.</summary>
    public string Fingerprint { get; }

    /// <summary>Measures a backbone.</summary>
    /// <param name="backbone">The weights.</param>
    /// <param name="seed">The seed of all random numbers.</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>Figures by name, shares as 0 … 1; backbones are compared by the first.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop);

    /// <summary>Measures a backbone and makes a report for readers; by default it contains only the figures.</summary>
    /// <param name="backbone">The weights.</param>
    /// <param name="seed">The seed of all random numbers.</param>
    /// <param name="progress">Receives the progress; may be null.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public EvaluationReport Report(BackboneSource backbone, ulong seed, IProgress<EvaluationProgress>? progress, CancellationToken stop) =>
        new() { Figures = Measure(backbone, seed, stop) };
}
