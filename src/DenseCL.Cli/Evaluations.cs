using DenseCL.Transfer.Ablation;

namespace DenseCL.Cli;

/// <summary>The evaluations that an ablation file may name: the one place to register them.</summary>
internal static class Evaluations
{
    // An entry is { "dense-probe", (data, options) => new …(data, options.Read<…Options>()) }: the constructor checks the data.
    public static EvaluationKinds Kinds { get; } = [];
}
