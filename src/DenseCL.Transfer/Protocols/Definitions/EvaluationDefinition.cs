using DenseCL.Data;
using DenseCL.Recipes;

namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>
/// The single definition of an evaluation: its name, its data, its options and its figures. The command <c>densecl eval NAME</c>, the keys
/// in ablation files, JSON and the tables of docs/evaluation.md follow from it. <see cref="Evaluations.All"/> lists them all.
/// </summary>
public abstract class EvaluationDefinition
{
    /// <summary>Its name everywhere, such as <c>dense-probe</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The question that it answers about a backbone, in a phrase.</summary>
    public abstract string Asks { get; }

    /// <summary>What the command does, in a sentence or two.</summary>
    public abstract string Summary { get; }

    /// <summary>Example calls, one per line, with their result.</summary>
    public abstract string Examples { get; }

    /// <summary>The kind of data that it needs.</summary>
    public abstract EvaluationData Data { get; }

    /// <summary>What it measures; backbones are compared by the first figure.</summary>
    public abstract IReadOnlyList<Figure> Figures { get; }

    /// <summary>Whether a command takes <c>--set key=value</c> for options that have no option of their own.</summary>
    public virtual bool TakesSettings => false;

    /// <summary>All options, those of the data first.</summary>
    public IReadOnlyList<EvaluationOption> Options => [.. Records.SelectMany(EvaluationOption.Of)];

    /// <summary>The records that options are read into.</summary>
    internal abstract IEnumerable<Type> Records { get; }

    /// <summary>Makes the evaluation. Errors in data and options are found here, before any work.</summary>
    /// <param name="input">Options and data.</param>
    /// <exception cref="RecipeException">An option is unknown or not valid.</exception>
    /// <exception cref="DataException">The data cannot be used.</exception>
    public IEvaluation Create(EvaluationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        IEvaluation made = Make(input);
        input.Options.RefuseUnknown();
        return made;
    }

    /// <summary>The current name of a figure that was recorded under an older one.</summary>
    /// <param name="recorded">The recorded name.</param>
    public string NameOf(string recorded) => Figures.FirstOrDefault(figure => figure.Older == recorded)?.Name ?? recorded;

    private protected abstract IEvaluation Make(EvaluationInput input);
}
