using System.Collections;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Protocols;

namespace DenseCL.Transfer.Ablation;

/// <summary>The evaluations that an ablation may ask for, by name.</summary>
public sealed class EvaluationKinds : IEnumerable<string>
{
    private readonly Dictionary<string, EvaluationFactory> factories = new(StringComparer.Ordinal);

    /// <summary>Makes an evaluation known.</summary>
    /// <param name="name">As in the file and on the command line, such as <c>dense-probe</c>.</param>
    /// <param name="factory">Makes it.</param>
    /// <exception cref="ArgumentException">The name is known already.</exception>
    public void Add(string name, EvaluationFactory factory) => factories.Add(name, factory);

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => factories.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Makes an evaluation.</summary>
    /// <param name="evaluation">Which one, with which options.</param>
    /// <param name="data">The path of the labelled data.</param>
    /// <exception cref="RecipeException">There is no such evaluation, or an option is unknown or not valid.</exception>
    internal IEvaluation Create(PlannedEvaluation evaluation, string data)
    {
        if (!factories.TryGetValue(evaluation.Kind, out EvaluationFactory? factory))
        {
            string known = factories.Count == 0 ? "none is built in" : $"the evaluations are {string.Join(", ", this)}{Nearest.Hint(evaluation.Kind, this)}";
            throw new RecipeException($"{evaluation.Where}: There is no evaluation {Allowed.Quoted(evaluation.Kind)}; {known}.");
        }

        EvaluationOptions options = new(evaluation);
        IEvaluation made = factory(data, options);
        options.RefuseUnknown();
        return made;
    }
}
