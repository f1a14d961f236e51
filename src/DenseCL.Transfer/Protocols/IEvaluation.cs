using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Transfer.Protocols;

/// <summary>A protocol that measures what a backbone is worth on a labelled data set.</summary>
public interface IEvaluation
{
    /// <summary>As on the command line, such as <c>dense-probe</c>.</summary>
    public string Name { get; }

    /// <summary>Changes with every option that has a part in the figures: figures of another fingerprint cannot be compared.</summary>
    public string Fingerprint { get; }

    /// <summary>Measures a backbone.</summary>
    /// <param name="backbone">The weights.</param>
    /// <param name="seed">From which everything random is derived.</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>Figures by name, shares as 0 … 1; the first is the one to compare backbones by.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop);

    /// <summary>Measures a backbone, and puts the figures together for a reader; by default the figures are all there is to say.</summary>
    /// <param name="backbone">The weights.</param>
    /// <param name="seed">From which everything random is derived.</param>
    /// <param name="progress">Told how far the work is; may be null.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public EvaluationReport Report(BackboneSource backbone, ulong seed, IProgress<EvaluationProgress>? progress, CancellationToken stop) =>
        new() { Figures = Measure(backbone, seed, stop) };
}
