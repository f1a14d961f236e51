using System.CommandLine;
using System.CommandLine.Parsing;
using DenseCL.Cli.Display;
using DenseCL.Data;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Cli.Options;

/// <summary>
/// The options of an evaluation's command. Their values stay text until the evaluation's own records read them, by the same rules as in a
/// file and independently of the culture.
/// </summary>
internal sealed class EvaluationCall
{
    private readonly EvaluationDefinition definition;
    private readonly Option<string[]> data;
    private readonly Option<string?> train = new("--train")
    {
        Description = "Instead of --data: images to fit on, a folder for every class, or a pack made from one.",
        HelpName = "DIR",
    };

    private readonly Option<string?> test = new("--test") { Description = "Images to test on, in the same form.", HelpName = "DIR" };
    private readonly Option<string[]> set;

    private readonly List<(EvaluationOption Meaning, Option Option)> options = [];
    private readonly List<(EvaluationOption Meaning, Option<bool> Flag)> emptying = [];

    public EvaluationCall(EvaluationDefinition definition)
    {
        this.definition = definition;
        EvaluationData kind = definition.Data;
        data = new Option<string[]>(kind.Flag) { Description = kind.Help, HelpName = "DIR", Required = !kind.IsInTwoParts };
        set = new Option<string[]>("--set")
        {
            Description = "A setting that differs from the recipe, such as steps=300; may be given several times.",
            HelpName = "key=value",
            CompletionSources =
            {
                context => Completions.OfSettings(
                    context,
                    definition.Options.Where(option => option is { IsInFiles: true, IsOnCommandLine: false })
                        .Select(option => (option.Name, (IEnumerable<string>)option.Choices))),
            },
        };
        foreach (EvaluationOption meaning in definition.Options.Where(option => option.IsOnCommandLine))
        {
            options.Add((meaning, OptionOf(meaning)));
            if (meaning.Empty is var (flag, help))
            {
                emptying.Add((meaning, new Option<bool>(flag) { Description = help }));
            }
        }
    }

    /// <summary>In the order of the help.</summary>
    public IEnumerable<Option> All =>
    [
        EvalOptions.Weights, EvalOptions.Untrained, data,
        .. definition.Data.IsInTwoParts ? new Option[] { train, test } : [],
        .. options.SelectMany(option => emptying.Where(other => other.Meaning == option.Meaning).Select(other => (Option)other.Flag)
            .Prepend(option.Option)),
        .. definition.TakesSettings ? new Option[] { set } : [],
        EvalOptions.Out, EvalOptions.Seed, JsonOutput.Option,
    ];

    /// <summary>The values that the call gives for the evaluation's options.</summary>
    public IEnumerable<GivenOption> Given(ParseResult call)
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

        foreach ((EvaluationOption meaning, Option<bool> flag) in emptying.Where(option => call.GetValue(option.Flag)))
        {
            yield return GivenOption.OnCommandLine(meaning, []);
        }

        foreach (string setting in definition.TakesSettings ? call.GetValue(set) ?? [] : [])
        {
            yield return GivenOption.OfSetting(setting);
        }
    }

    /// <summary>The folders that will be written.</summary>
    public IEnumerable<string> NewFolders(ParseResult call) => options
        .Where(option => option.Meaning.IsNewFolder).Select(option => option.Option).Prepend(EvalOptions.Out)
        .Select(option => call.GetResult(option)?.Tokens is [var token, ..] ? token.Value : null).OfType<string>();

    /// <summary>The paths of the data; a call that gives them twice, or not at all, is refused.</summary>
    public EvaluationPlaces Places(ParseResult call)
    {
        string[] places = call.GetValue(data) ?? [];
        if (!definition.Data.IsSeveral && places.Length > 1)
        {
            throw new DataException($"{data.Name} is given {places.Length} times: give one folder.");
        }

        if (!definition.Data.IsInTwoParts)
        {
            return new EvaluationPlaces(places);
        }

        (string? first, string? second) = (call.GetValue(train), call.GetValue(test));
        string? mistake = (places.Length > 0, first is not null, second is not null) switch
        {
            (true, false, false) or (false, true, true) => null,
            (false, false, false) => "Which images? Give --data DIR that contains train/ and val/, or --train DIR and --test DIR.",
            (true, _, _) => "--data names the images to train and to test on: leave --train and --test out.",
            _ => $"{(first is not null ? "--test" : "--train")} is missing: give both --train and --test.",
        };
        return mistake is null
            ? new EvaluationPlaces(places, first is not null ? (first, second!) : null)
            : throw new DataException(mistake);
    }

    /// <summary>The option of a command with the name, help and default of a record's.</summary>
    public static Option OptionOf(EvaluationOption meaning)
    {
        string help = meaning.Range.Length == 0 || meaning.Placeholder.Contains('|', StringComparison.Ordinal)
            ? meaning.Help
            : $"{meaning.Help[..^1]}; {(meaning.IsList ? "each " : "")}{meaning.Range}.";
        if (meaning.IsFlag)
        {
            return new Option<bool>(meaning.Flag) { Description = help };
        }

        if (meaning.IsList)
        {
            Option<string[]> list = new(meaning.Flag) { Description = help, HelpName = meaning.Placeholder };
            list.DefaultValueFactory = meaning.Default.Length == 0 ? null : _ => [meaning.Default];
            return list;
        }

        Option<string?> one = new(meaning.Flag)
        {
            Description = help,
            HelpName = meaning.Placeholder,
            CompletionSources = { _ => Completions.Of(meaning.Choices) },
        };
        one.DefaultValueFactory = meaning.Default.Length == 0 ? null : _ => meaning.Default;
        return one;
    }
}
