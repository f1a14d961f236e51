namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>An <see cref="EvaluationDefinition"/> with the record of its options.</summary>
/// <typeparam name="TOptions">
/// A record with init properties, which may contain further records of options. A property with an <c>[Option]</c> is an option of the
/// command; every property is a key in files.
/// </typeparam>
public abstract class EvaluationDefinition<TOptions> : EvaluationDefinition
    where TOptions : class, new()
{
    /// <summary>A further record of options that are not part of the protocol; null if there is none.</summary>
    internal virtual Type? Further => null;

    internal sealed override IEnumerable<Type> Records => new[] { Data.Options, Further, typeof(TOptions) }.OfType<Type>();

    private protected sealed override IEvaluation Make(EvaluationInput input) => Make(input.Options.Read(Defaults(input)), input);

    /// <summary>The default options.</summary>
    /// <param name="input">What was given, for example the name of a recipe.</param>
    protected virtual TOptions Defaults(EvaluationInput input) => new();

    /// <summary>Makes the evaluation from its options and data.</summary>
    /// <param name="options">The options, each in its range.</param>
    /// <param name="input">Opens the data.</param>
    protected abstract IEvaluation Make(TOptions options, EvaluationInput input);
}
