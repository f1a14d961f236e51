using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.InteropServices;
using DenseCL.Cli.Display;
using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Training;
using DenseCL.Weights;

namespace DenseCL.Cli;

/// <summary>
/// How every verb runs. First it is prepared: errors in the call are found and nothing is done yet. Then it works. The exit status is 0
/// when done, 1 when the work failed or was stopped, 2 when the call was wrong.
/// </summary>
internal static class Verb
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Wrong = 2;

    // libtorch's wording: for the processor's memory on Linux and macOS, on Windows, and for a graphics card's.
    private static readonly string[] OutOfMemory = ["can't allocate memory", "not enough memory", "out of memory"];

    /// <summary>The example calls of each command, one a line.</summary>
    internal static readonly Dictionary<Command, string> Examples = [];

    /// <summary>An option of every verb.</summary>
    public static readonly Option<string?> LogFormat = new Option<string?>("--log-format")
    {
        Description = "The lines of a verb: text, or json for one object a line, without live bars.",
        HelpName = "text|json",
        Recursive = true,
    }.AcceptOnlyFromAmong("text", "json");

    /// <summary>Gives a command its action, and its help an example.</summary>
    /// <param name="command">The command.</param>
    /// <param name="examples">Example calls, and their results.</param>
    /// <param name="prepare">Checks the call and returns the work, which returns the exit status.</param>
    public static Command Does(this Command command, string examples, Func<ParseResult, CancellationToken, Func<int>> prepare)
    {
        Examples[command] = examples;
        command.SetAction(call =>
        {
            using StopSignal stop = new();
            int failure = Wrong;
            try
            {
                Func<int> work = prepare(call, stop.Token);
                failure = Failed;
                return work();
            }
            catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
            {
                Console.Error.WriteLine("Stopped.");
                return Failed;
            }
            catch (Exception e) when (MessageOf(e) is not null)
            {
                Console.Error.WriteLine($"densecl: {MessageOf(e)}");
                return IsOutOfMemory(e) || IsFullDisk(e) ? Failed : failure;
            }
        });
        return command;
    }

    /// <summary>Parses and runs a command line.</summary>
    public static int Run(RootCommand root, string[] args)
    {
        if (!HasWorkingFolder())
        {
            Console.Error.WriteLine("densecl: the working directory has been removed. Change to one that exists, and start again.");
            return Failed;
        }

        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        ParseResult call = root.Parse(args);
        if (call.GetResult(LogFormat) is { Tokens: [{ Value: "json" }] })
        {
            JsonLog.Begin(outputIsResult: call.Tokens.Any(token => token.Value == "--json"));
        }

        string? unknown = call.Action is ParseErrorAction or HelpWithExamples ? UnknownVerb(call) : null;
        if (call.Action is ParseErrorAction || unknown is not null)
        {
            IEnumerable<string> messages = unknown is not null ? [unknown] : call.Errors.Select(MessageOf);
            foreach (string message in messages.Distinct(StringComparer.Ordinal))
            {
                Console.Error.WriteLine($"densecl: {Printable.Text(message)}");
            }

            Console.Error.WriteLine($"Try '{NameOf(call.CommandResult.Command)} --help'.");
            return Wrong;
        }

        try
        {
            return call.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(
                $"densecl: an error that should not happen; please report it with what "
                + $"follows.\n{Printable.Text(e.ToString().ReplaceLineEndings("\n"))}"
            );
            return Failed;
        }
    }

    private static bool HasWorkingFolder()
    {
        try
        {
            return Directory.Exists(Directory.GetCurrentDirectory());
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The message for the user; null for an unexpected error, which is a bug.</summary>
    internal static string? MessageOf(Exception e) =>
        e switch
        {
            _ when IsOutOfMemory(e) =>
                "There is not enough memory for this. Choose a smaller batch (optim.batch, "
                + "or optim.batchNormGroup with the same batch) or smaller views (data.size), or end other programs.",
            RecipeException
            or DataException
            or ImageException
            or TrainingException
            or WeightFileException
            or PlatformException
            or IOException
            or UnauthorizedAccessException => Printable.Text(e.Message),
            _ => null,
        };

    /// <summary>The message for a wrong call: for a wrong value of an option, its name and the values that it takes.</summary>
    private static string MessageOf(ParseError error)
    {
        if (error.SymbolResult is not OptionResult { Tokens: [var value] } result)
        {
            return error.Message;
        }

        string[] words = [.. result.Option.GetCompletions(CompletionContext.Empty).Select(completion => completion.Label)];
        Type type = Nullable.GetUnderlyingType(result.Option.ValueType) ?? result.Option.ValueType;
        string? values = words.Length > 0 && !words.Contains(value.Value, StringComparer.Ordinal) ? $"one of {string.Join(", ", words)}"
            : type == typeof(int) && !int.TryParse(value.Value, CultureInfo.InvariantCulture, out _) ? "a whole number such as 7"
            : type == typeof(ulong) && !ulong.TryParse(value.Value, CultureInfo.InvariantCulture, out _) ? "a whole number from 0"
            : null;
        return values is null ? error.Message : $"{result.Option.Name} is '{value.Value}', but must be {values}.";
    }

    /// <summary>The message for a verb that there is not; null if the verb is none of the errors.</summary>
    private static string? UnknownVerb(ParseResult call)
    {
        Command command = call.CommandResult.Command;
        if (call.UnmatchedTokens is not [var word, ..] || word.StartsWith('-') || command.Subcommands.Count == 0)
        {
            return null;
        }

        string[] verbs = [.. command.Subcommands.Select(verb => verb.Name)];
        string nearest = verbs.MinBy(verb => Nearest.Distance(word, verb))!;
        return Nearest.Distance(word, nearest) <= Math.Max(1, word.Length / 3)
            ? $"There is no verb '{word}'. Did you mean `{NameOf(command)} {nearest}`?"
            : $"There is no verb '{word}'. The verbs of {NameOf(command)} are {string.Join(", ", verbs)}.";
    }

    private static bool IsOutOfMemory(Exception e) =>
        e is OutOfMemoryException
        || (e is ExternalException && OutOfMemory.Any(words => e.Message.Contains(words, StringComparison.Ordinal)));

    /// <summary>Whether there is no room on the disk or in the user's quota: the call was right, wherever this happens.</summary>
    internal static bool IsFullDisk(Exception e) => e is IOException && (e.HResult & 0xFFFF, OperatingSystem.IsWindows()) is
        (112 or 39, true) or (28 or 122 or 69, false);      // ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL; ENOSPC, EDQUOT of Linux and of macOS

    private static string NameOf(Command command) =>
        string.Join(
                ' ',
                command
                    .Parents.OfType<Command>()
                    .Where(parent => parent is not RootCommand)
                    .Select(parent => parent.Name)
                    .Prepend("densecl")
                    .Append(command is RootCommand ? "" : command.Name))
            .TrimEnd();

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            help.Invoke(parseResult);
            if (Examples.TryGetValue(parseResult.CommandResult.Command, out string? examples))
            {
                parseResult.InvocationConfiguration.Output.WriteLine(
                    $"Examples:\n  {examples.Replace("\n", "\n  ", StringComparison.Ordinal)}\n");
            }

            return Done;
        }
    }
}
