using DenseCL.Method;
namespace DenseCL.Training.Logs;

/// <summary>
/// A line of metrics.jsonl: what the training computed at a step. It contains no times, so that an interrupted and resumed run writes the
/// same bytes.
/// </summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="Epoch">The epoch of the step, from 1.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="Lambda">λ of the step.</param>
/// <param name="Loss">(1 − λ) global + λ dense</param>
/// <param name="LossGlobal">L_q, not weighted; absent if its weight is 0.</param>
/// <param name="LossDense">L_r, not weighted; absent if its weight is 0.</param>
/// <param name="QueueFilled">The share of the queue that consists of real keys, 0 … 1.</param>
/// <param name="Health">Indicators of a collapse.</param>
internal sealed record LoggedMetrics(
    long Step,
    long Epoch,
    double LearningRate,
    double Lambda,
    double Loss,
    double? LossGlobal,
    double? LossDense,
    double QueueFilled,
    HealthIndicators? Health);
