using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>Means of losses and indicators over the batch-norm groups of a step; all groups have the same size.</summary>
internal sealed class GroupMeans
{
    private readonly List<Tensor> losses = [], globalLosses = [], denseLosses = [];
    private readonly List<double?> entropies = [], mutuals = [], samePlaces = [], agreements = [], positionVariances = [];
    private readonly List<(double Positive, double Negative, double Deviation)> similarities = [], denseSimilarities = [];

    /// <summary>Adds a group's losses. They are read at the end, because reading a number waits for the device.</summary>
    public void Add(Tensor loss, Tensor? globalLoss, Tensor? denseLoss)
    {
        Add(losses, loss);
        Add(globalLosses, globalLoss);
        Add(denseLosses, denseLoss);

        static void Add(List<Tensor> to, Tensor? value)
        {
            if (value is not null)
            {
                to.Add(value.detach().MoveToOuterDisposeScope());
            }
        }
    }

    public void Add((double Positive, double Negative, double Deviation) similarity) => similarities.Add(similarity);

    public void AddDense(
        (double Positive, double Negative, double Deviation) similarity,
        double? entropy,
        double? mutual,
        double? samePlace,
        double? agreement,
        double? positionVariance)
    {
        denseSimilarities.Add(similarity);
        entropies.Add(entropy);
        mutuals.Add(mutual);
        samePlaces.Add(samePlace);
        agreements.Add(agreement);
        positionVariances.Add(positionVariance);
    }

    public StepReport Report(double lambda) => new(
        Mean(losses)!.Value,
        Mean(globalLosses),
        Mean(denseLosses),
        lambda,
        similarities.Count == 0
            ? null
            : new HealthIndicators(
                similarities.Average(s => s.Positive),
                similarities.Average(s => s.Negative),
                similarities.Average(s => s.Deviation),
                Mean(denseSimilarities.Select(s => s.Positive)),
                Mean(denseSimilarities.Select(s => s.Negative)),
                Mean(denseSimilarities.Select(s => s.Deviation)),
                Mean(entropies),
                Mean(mutuals),
                Mean(samePlaces),
                Mean(agreements),
                Mean(positionVariances)));

    private static double? Mean(List<Tensor> values)
    {
        using DisposeScope scope = NewDisposeScope();
        return values.Count == 0 ? null : stack(values).to_type(ScalarType.Float64).mean().item<double>();
    }

    private static double? Mean(IEnumerable<double> values) => values.Any() ? values.Average() : null;

    private static double? Mean(IEnumerable<double?> values) => Mean(values.OfType<double>());
}
