namespace DenseCL.Weights.Tensors.Naming;

/// <summary>A line of a <see cref="LoadReport"/>.</summary>
/// <param name="Fate">What was done with it.</param>
/// <param name="Name">The network's name for it, or the file's if it is unexpected.</param>
/// <param name="Source">The file's name for it; null if the file does not have it.</param>
/// <param name="Remark">The shapes if they differ; otherwise empty.</param>
public sealed record LoadedTensor(TensorFate Fate, string Name, string? Source, string Remark);
