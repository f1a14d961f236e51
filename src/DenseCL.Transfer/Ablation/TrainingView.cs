using DenseCL.Training;

namespace DenseCL.Transfer.Ablation;

/// <summary>Shows a training while it runs.</summary>
/// <param name="title">What is trained.</param>
/// <param name="train">Trains, and reports every step to its argument, which is null if nothing must be reported.</param>
/// <returns>What <paramref name="train"/> returned.</returns>
public delegate bool TrainingView(string title, Func<IProgress<PretrainProgress>?, bool> train);
