using DenseCL.Data;
using DenseCL.Recipes;

namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>
/// Everything that is said of an evaluation once: its name, its data, options and figures. The command <c>densecl eval NAME</c>, the keys
/// of ablation files, JSON and the tables of docs/evaluation.md come from it. <see cref="Evaluations.All"/> lists them all.
/// </summary>
public abstract class EvaluationDefinition
{
    /// <summary>Its name everywhere, such as <c>dense-probe</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it asks of a backbone, in a phrase.</summary>
    public abstract string Asks { get; }

    /// <summary>What the command does, a sentence or two.</summary>
    public abstract string Summary { get; }

    /// <summary>Calls to start from, a line each, and what comes of them.</summary>
    public abstract string Examples { get; }

    /// <summary>The data that it is made on.</summary>
    public abstract EvaluationData Data { get; }

    /// <summary>What it measures; the first is the one to compare backbones by.</summary>
    public abstract IReadOnlyList<Figure> Figures { get; }

    /// <summary>Whether a command takes <c>--set key=value</c> for the options that it has no name for.</summary>
    public virtual bool TakesSettings => false;

    /// <summary>All options, those of the data first.</summary>
    public IReadOnlyList<EvaluationOption> Options => [.. Records.SelectMany(EvaluationOption.Of)];

    /// <summary>The records that options are read into.</summary>
    internal abstract IEnumerable<Type> Records { get; }

    /// <summary>Makes the evaluation. Whatever is wrong with data and options is found here, before any work.</summary>
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

    /// <summary>The name that a figure has now, whatever it had when it was recorded.</summary>
    /// <param name="recorded">The recorded name.</param>
    public string NameOf(string recorded) => Figures.FirstOrDefault(figure => figure.Older == recorded)?.Name ?? recorded;

    private protected abstract IEvaluation Make(EvaluationInput input);
}
