using System.Globalization;
using DenseCL.Recipes;

namespace DenseCL.Transfer.Ablation;

/// <summary>The content of an ablation file: variants of a recipe, trained with several seeds each and evaluated in the same way.</summary>
public sealed record AblationPlan
{
    /// <summary>The name under which the untrained weights of each seed are evaluated; no variant may have it.</summary>
    public const string UntrainedName = "untrained";

    /// <summary>The text of the file.</summary>
    public required string Text { get; init; }

    /// <summary>The values of <c>run.seed</c>, at least one, each once.</summary>
    /// <exception cref="RecipeException">There is none, or one is given twice.</exception>
    public required IReadOnlyList<ulong> Seeds
    {
        get;
        init =>
            field =
                value is [] ? throw new RecipeException("The list of seeds is empty: give at least one, better three, such as [0, 1, 2].")
                : value.GroupBy(seed => seed).FirstOrDefault(group => group.Skip(1).Any()) is { } twice
                    ? throw new RecipeException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"The seed {twice.Key} is given twice: the same run twice would count as two. Give each seed once."))
                : value;
    }

    /// <summary>The base recipe with the settings that all variants share.</summary>
    public required Recipe Base { get; init; }

    /// <summary>
    /// Whether the random weights from which training starts are evaluated too: those of <see cref="Base"/>'s backbone, for each seed.
    /// </summary>
    public required bool Untrained { get; init; }

    /// <summary>The variant that the others are compared with; null for no comparison.</summary>
    public required string? Baseline { get; init; }

    /// <summary>The variants, at least one.</summary>
    public required IReadOnlyList<AblationVariant> Variants { get; init; }

    /// <summary>The evaluations of each variant, at least one, in order.</summary>
    public required IReadOnlyList<PlannedEvaluation> Evaluations { get; init; }

    /// <summary>The rows of the tables: the untrained weights if they are evaluated, then the variants.</summary>
    internal IEnumerable<string> Names => Variants.Select(variant => variant.Name).Prepend(UntrainedName).Skip(Untrained ? 0 : 1);
}
