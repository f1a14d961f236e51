using DenseCL.Recipes.Yaml;

namespace DenseCL.Transfer.Ablation;

/// <summary>An evaluation as an ablation file asks for it.</summary>
/// <param name="Kind">Its name, such as <c>dense-probe</c>.</param>
/// <param name="Text">Name and options as written, such as <c>dense-probe: { stride: 8 }</c>: what a result is found again by.</param>
/// <param name="Where">File and line, for messages.</param>
public sealed record PlannedEvaluation(string Kind, string Text, string Where)
{
    /// <summary>The options as written.</summary>
    internal IReadOnlyList<YamlEntry> Options { get; init; } = [];
}
