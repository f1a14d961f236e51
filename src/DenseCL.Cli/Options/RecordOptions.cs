using System.CommandLine;
using System.CommandLine.Parsing;
using DenseCL.Recipes;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Cli.Options;

/// <summary>
/// The options of a command that the properties of records describe: help, range and default come from them. Two records may have an option
/// of the same name.
/// </summary>
internal sealed class RecordOptions
{
    private readonly List<(EvaluationOption Meaning, Option Option)> options = [];

    /// <summary>The options of a record, and of those in it.</summary>
    /// <param name="records">The types of the records.</param>
    public RecordOptions(params Type[] records)
    {
        foreach (EvaluationOption meaning in records.SelectMany(EvaluationOption.Of))
        {
            if (options.TrueForAll(known => known.Meaning.Flag != meaning.Flag))
            {
                options.Add((meaning, EvaluationCall.OptionOf(meaning)));
            }
        }
    }

    /// <summary>In the order of the records.</summary>
    public IEnumerable<Option> All => options.Select(option => option.Option);

    /// <summary>A record with the values of a call.</summary>
    /// <typeparam name="T">One of the records.</typeparam>
    /// <param name="call">The call.</param>
    /// <param name="defaults">Defaults other than the record's own.</param>
    /// <exception cref="RecipeException">A value is of another type or out of range.</exception>
    public T Read<T>(ParseResult call, T? defaults = null)
        where T : class, new()
    {
        HashSet<string> names = [.. EvaluationOption.Of(typeof(T)).Select(option => option.Name)];
        return new EvaluationOptions("", [.. Given(call).Where(given => names.Contains(given.Key))]).Read(defaults);
    }

    /// <summary>Refuses options that this call does not use.</summary>
    /// <param name="call">The call.</param>
    /// <param name="reason">When they are not used, such as "for feature maps: add --dense".</param>
    /// <param name="used">The records that are read.</param>
    /// <exception cref="RecipeException">One was given.</exception>
    public void RefuseOthers(ParseResult call, string reason, params Type[] used)
    {
        HashSet<string> names = [.. used.SelectMany(EvaluationOption.Of).Select(option => option.Name)];
        if (Given(call).FirstOrDefault(given => !names.Contains(given.Key)) is { } other)
        {
            throw new RecipeException($"{options.First(option => option.Meaning.Name == other.Key).Meaning.Flag} is {reason}.");
        }
    }

    private IEnumerable<GivenOption> Given(ParseResult call)
    {
        foreach ((EvaluationOption meaning, Option option) in options)
        {
            if (
                call.GetResult(option) is OptionResult { Implicit: false } result
                && (!meaning.IsFlag || call.GetValue((Option<bool>)option)))
            {
                yield return GivenOption.OnCommandLine(meaning, meaning.IsFlag ? [] : [.. result.Tokens.Select(token => token.Value)]);
            }
        }
    }
}
