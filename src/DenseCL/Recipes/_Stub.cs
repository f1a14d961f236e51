#pragma warning disable
namespace DenseCL.Recipes;
public enum Backbone { ResNet18, ResNet34, ResNet50, ResNet101, ResNet152 }
public enum Matching { Backbone, Dense, Random, Geometric }
public enum Negatives { Pooled, Sampled }
public enum Schedule { Cosine, CosineStep, Constant }
public sealed record MethodOptions { public double Lambda { get; init; } = 0.5; public double Temperature { get; init; } = 0.2; public double? KeyMomentum { get; init; } = 0.999; public int? Queue { get; init; } = 65536; public int? GridSize { get; init; } public Matching Matching { get; init; } public Negatives Negatives { get; init; } public int LambdaWarmupSteps { get; init; } }
public sealed record ModelOptions { public Backbone Backbone { get; init; } = Backbone.ResNet50; public int Embedding { get; init; } = 128; }
public sealed record OptimOptions { public int Epochs { get; init; } = 200; public int Batch { get; init; } = 256; public double LearningRate { get; init; } = .03; public Schedule Schedule { get; init; } public double Momentum { get; init; } = .9; public double WeightDecay { get; init; } = 1e-4; public int? BatchNormGroup { get; init; } = 32; public int Accumulation { get; init; } = 1; public int WarmupSteps { get; init; } }
public sealed record RunOptions { public ulong Seed { get; init; } }
public sealed record Recipe { public MethodOptions Method { get; init; } = new(); public ModelOptions Model { get; init; } = new(); public OptimOptions Optim { get; init; } = new(); public RunOptions Run { get; init; } = new(); }
