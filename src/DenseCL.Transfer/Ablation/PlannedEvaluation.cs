using DenseCL.Recipes;
using DenseCL.Recipes.Yaml;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Transfer.Ablation;

/// <summary>An evaluation as an ablation file asks for it.</summary>
/// <param name="Kind">Its name, such as <c>dense-probe</c>.</param>
/// <param name="Text">Name and options as written, such as <c>dense-probe: { stride: 8 }</c>: what a result is found again by.</param>
/// <param name="Where">File and line, for messages.</param>
public sealed record PlannedEvaluation(string Kind, string Text, string Where)
{
    /// <summary>The options as written.</summary>
    internal IReadOnlyList<YamlEntry> Options { get; init; } = [];

    /// <summary>The options, still to be read.</summary>
    internal EvaluationOptions Given => new(Kind, [.. Options.Select(entry => GivenOption.OfEntry(Kind, entry))]);

    /// <summary>What it is.</summary>
    /// <param name="among">The evaluations there are.</param>
    /// <exception cref="RecipeException">There is no such evaluation.</exception>
    internal EvaluationDefinition Definition(IReadOnlyList<EvaluationDefinition> among)
    {
        try
        {
            return Evaluations.Find(Kind, among);
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"{Where}: {e.Message}", e);
        }
    }

    /// <summary>Makes it. Whatever is wrong with data and options is found here, before anything is trained.</summary>
    /// <param name="among">The evaluations there are.</param>
    /// <param name="data">The path of the labelled data.</param>
    /// <exception cref="RecipeException">There is no such evaluation, or an option is unknown or not valid.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    internal IEvaluation Create(IReadOnlyList<EvaluationDefinition> among, string data) =>
        Definition(among).Create(new EvaluationInput(Given, new EvaluationPlaces([data])));
}
