using System.CommandLine;
using System.Text.RegularExpressions;
using DenseCL.Cli;

namespace DenseCL.Tests.Documents;

/// <summary>Every line that begins with <c>densecl</c>, in a document or in an example of the help, is one that the command takes.</summary>
public partial class TypedLinesTests
{
    private static readonly RootCommand Root = Program.Root();

    [Fact]
    public void Lines_of_documents_are_calls_that_the_command_takes()
    {
        (string Where, string Call)[] calls =
        [
            .. from file in Directory.GetFiles(Repository.PathOf("docs"), "*.md").Append(Repository.PathOf("README.md"))
               from line in File.ReadAllLines(file)
               let typed = Typed().Match(line)
               where typed.Success
               select (Path.GetFileName(file), typed.Groups["call"].Value),
        ];
        Assert.Contains(calls, call => call.Where == "README.md");
        Assert.Equal(2, calls.Count(call => call.Where == "operations.md"));        // the service and the container
        Assert.True(calls.Length > 25, $"only {calls.Length} lines were found");
        Assert.All(calls, call => AssertTaken(call.Where, call.Call));
    }

    [Fact]
    public void Examples_of_the_help_are_calls_that_the_command_takes()
    {
        (string Where, string Call)[] calls =
        [
            .. from command in All(Root)
               where Verb.Examples.ContainsKey(command)
               from line in Verb.Examples[command].Split('\n')
               let typed = Typed().Match(line.Trim())
               where typed.Success
               select (command.Name, typed.Groups["call"].Value),
        ];
        Assert.True(calls.Length > 20, $"only {calls.Length} lines were found");
        Assert.All(calls, call => AssertTaken(call.Where, call.Call));
    }

    private static void AssertTaken(string where, string line)
    {
        string call = Comment().Split(line)[0];
        call = Alternatives().Replace(Optional().Replace(call, "${inner}"), "${first}");
        if (!call.Contains('…', StringComparison.Ordinal))
        {
            ParseResult parsed = Root.Parse(call);
            Assert.True(parsed.Errors.Count == 0 && parsed.UnmatchedTokens.Count == 0, $"{where}: {call}: {string.Join(' ', parsed.Errors)}");
        }
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    [GeneratedRegex(@"^(    |ExecStart=.*?|    podman .*?)?(densecl|\S*DenseCL\.Cli) (?<call>[a-z].*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Typed();

    [GeneratedRegex(@" {5,}| [>|] ", RegexOptions.None, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<!=)\[(?<inner>[^\]]*)\]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Optional();

    [GeneratedRegex(@"(?<first>[a-z]+)(\|[a-z0-9]+)+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alternatives();
}
