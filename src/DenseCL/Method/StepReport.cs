namespace DenseCL.Method;

/// <summary>What one training step computed.</summary>
/// <param name="Loss">(1 − λ) L_q + λ L_r, the mean over the batch.</param>
/// <param name="GlobalLoss">L_q; null if its weight is 0.</param>
/// <param name="DenseLoss">L_r; null if its weight is 0.</param>
/// <param name="Lambda">λ of this step.</param>
/// <param name="Health">Indicators of a collapse, if they were requested.</param>
public sealed record StepReport(double Loss, double? GlobalLoss, double? DenseLoss, double Lambda, HealthIndicators? Health);
