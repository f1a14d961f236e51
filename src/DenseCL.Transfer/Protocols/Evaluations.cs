using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Protocols.Definitions;
using DenseCL.Transfer.Protocols.DenseProbe;
using DenseCL.Transfer.Protocols.Knn;
using DenseCL.Transfer.Protocols.Linear;
using DenseCL.Transfer.Protocols.MatchScore;
using DenseCL.Transfer.Protocols.Segmentation;
using DenseCL.Transfer.Protocols.Svm;

namespace DenseCL.Transfer.Protocols;

/// <summary>All evaluations. To add one, add a line here: command, ablation files, JSON and documentation follow.</summary>
public static class Evaluations
{
    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<EvaluationDefinition> All { get; } =
    [
        new DenseProbeDefinition(),
        new SegmentationDefinition(),
        new KnnDefinition(),
        new LinearDefinition(),
        new SvmDefinition(),
        new MatchScoreDefinition(),
    ];

    /// <summary>The evaluation with a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="among">The evaluations to search.</param>
    /// <exception cref="RecipeException">There is none; the message names the nearest.</exception>
    public static EvaluationDefinition Find(string name, IReadOnlyList<EvaluationDefinition> among)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(among);
        string[] names = [.. among.Select(definition => definition.Name)];
        return among.FirstOrDefault(definition => definition.Name == name)
            ?? throw new RecipeException(
                $"There is no evaluation {Allowed.Quoted(name)}; the evaluations are {string.Join(", ", names)}{Nearest.Hint(name, names)}."
            );
    }
}
