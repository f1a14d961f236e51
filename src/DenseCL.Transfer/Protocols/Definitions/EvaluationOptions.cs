using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>The options that a user gave for an evaluation, which are read into records with init properties.</summary>
public sealed class EvaluationOptions
{
    private readonly string evaluation;
    private readonly IReadOnlyList<GivenOption> given;
    private readonly List<string> known = [];
    private readonly HashSet<GivenOption> read = [];
    private readonly List<KeyValuePair<string, object?>> values = [];

    /// <summary>Options that have not been read yet.</summary>
    /// <param name="evaluation">The evaluation's name.</param>
    /// <param name="given">What was given; the rest has its default.</param>
    /// <exception cref="RecipeException">An option was given twice.</exception>
    public EvaluationOptions(string evaluation, IReadOnlyList<GivenOption> given)
    {
        ArgumentNullException.ThrowIfNull(given);
        (this.evaluation, this.given) = (evaluation, given);
        foreach ((int index, GivenOption option) in given.Index())
        {
            if (given.Take(index).Any(other => other.Key == option.Key))
            {
                throw new RecipeException(
                    $"{option.Where}: The setting {Allowed.Quoted(option.Key)} was overridden before. Keep one of the two.");
            }
        }
    }

    /// <summary>Every option that was read, with its value, for JSON; a word for an enumeration.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Values => values;

    /// <summary>
    /// A record in which each property has the value of the option with its name (<c>MaxIterations</c> that of <c>maxIterations</c>), or
    /// its default; the same applies to records in it. It may be called with several records. Options that are in none of them are refused
    /// at the end.
    /// </summary>
    /// <typeparam name="T">A record whose init properties check their values.</typeparam>
    /// <param name="defaults">Defaults other than the record's own.</param>
    /// <exception cref="RecipeException">A value is of another type or out of range; the message says which and where.</exception>
    public T Read<T>(T? defaults = null)
        where T : class, new()
    {
        HashSet<string> names = [.. EvaluationOption.Of(typeof(T)).Select(option => option.Name)];
        return (T)Filled(defaults ?? new T(), names);
    }

    /// <summary>What was given for an option; null if nothing was.</summary>
    internal GivenOption? Find(string key) => given.FirstOrDefault(option => option.Key == key);

    /// <summary>Refuses options for which no record had a property.</summary>
    /// <exception cref="RecipeException">There is one; the message says where and names the nearest known option.</exception>
    internal void RefuseUnknown()
    {
        if (given.FirstOrDefault(option => !read.Contains(option)) is { } option)
        {
            string options = known.Count == 0
                ? "it has none"
                : $"its options are {string.Join(", ", known)}{Nearest.Hint(option.Key, known)}";
            throw new RecipeException(
                $"{option.Where}: The evaluation `{evaluation}` has no option {Allowed.Quoted(option.Key)}; {options}.");
        }
    }

    private object Filled(object record, HashSet<string> names)
    {
        foreach (EvaluationOption option in EvaluationOption.Own(record))
        {
            if (option.IsInFiles && !known.Contains(option.Name))
            {
                known.Add(option.Name);
            }

            if (given.FirstOrDefault(one => option.IsCalled(one.Key, names) && (option.IsInFiles || !one.IsFromFile)) is { } value)
            {
                read.Add(value);
                record = option.With(record, value);
            }
        }

        foreach (OptionProperty inner in EvaluationOption.Records(record.GetType()))
        {
            record = inner.With(record, Filled(inner.ValueIn(record)!, names));
        }

        // The options of a nested record have been recorded already.
        values.AddRange(EvaluationOption.Own(record).Where(option => !option.IsNewFolder)
            .Select(option => KeyValuePair.Create(option.Name, option.ValueIn(record))));
        return record;
    }
}
