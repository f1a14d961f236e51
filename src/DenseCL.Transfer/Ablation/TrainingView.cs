using DenseCL.Training;

namespace DenseCL.Transfer.Ablation;

/// <summary>Shows a training while it goes on.</summary>
/// <param name="title">What is trained.</param>
/// <param name="train">Trains, and reports every step to what it is given; null to report nothing.</param>
/// <returns>What <paramref name="train"/> returned.</returns>
public delegate bool TrainingView(string title, Func<IProgress<PretrainProgress>?, bool> train);
