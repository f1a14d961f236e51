using DenseCL.Recipes;
using DenseCL.Recipes.Yaml;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Transfer.Ablation;

/// <summary>An evaluation as an ablation file specifies it.</summary>
/// <param name="Kind">Its name, such as <c>dense-probe</c>.</param>
/// <param name="Text">Name and options as written, such as <c>dense-probe: { stride: 8 }</c>: a result is found by it again.</param>
/// <param name="Where">File and line, for messages.</param>
public sealed record PlannedEvaluation(string Kind, string Text, string Where)
{
    /// <summary>The options as written.</summary>
    internal IReadOnlyList<YamlEntry> Options { get; init; } = [];

    /// <summary>The options, which must still be read.</summary>
    internal EvaluationOptions Given => new(Kind, [.. Options.Select(entry => GivenOption.OfEntry(Kind, entry))]);

    /// <summary>Its definition.</summary>
    /// <param name="among">The available evaluations.</param>
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

    /// <summary>Makes it. Errors in data and options are found here, before anything is trained.</summary>
    /// <param name="among">The available evaluations.</param>
    /// <param name="data">The path of the labelled data.</param>
    /// <param name="seeds">The seeds with which it will be made.</param>
    /// <param name="notes">Receives what is probably not meant.</param>
    /// <exception cref="RecipeException">There is no such evaluation, or an option is unknown or not valid.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    internal IEvaluation Create(IReadOnlyList<EvaluationDefinition> among, string data, IReadOnlyList<ulong> seeds, List<string> notes)
    {
        EvaluationInput input = new(Given, new EvaluationPlaces([data])) { Seeds = seeds };
        IEvaluation evaluation = Definition(among).Create(input);
        notes.AddRange(input.Warnings.Select(warning => $"{Text}: {warning}"));
        return evaluation;
    }
}
