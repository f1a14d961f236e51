using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DenseCL.Mutants;

/// <summary>A copy of the library with all mutants in it, and beside it the tests, built as they are.</summary>
/// <param name="repository">The root of the repository.</param>
/// <param name="folder">Where the copy is made.</param>
internal sealed partial class MutantBuild(string repository, string folder)
{
    private const string Switch =
        """
        namespace DenseCL;

        #pragma warning disable
        public static class Mutant
        {
            public static int Active;
            public static bool[] Hit;

            public static bool Is(int id)
            {
                if (Hit is { } hit)
                {
                    hit[id] = true;
                }

                return id == Active;
            }
        }
        """;

    private readonly string copy = Path.Combine(folder, "copy");

    /// <summary>Makes it.</summary>
    /// <returns>The mutants that compile, and how many others do not.</returns>
    public (List<Mutant> Mutants, int NotCompiled) Make()
    {
        CopySources();
        HashSet<int> without = [];
        while (true)
        {
            List<Mutant> mutants = WriteMutants(without);
            string errors = Run(
                mayFail: true, "dotnet", "build", Path.Combine(copy, "src", "DenseCL"), "-c", "Release", "-v:q", "-nologo",
                "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:NoWarn=CS1591");
            int[] found = [.. ErrorPlaces(errors).SelectMany(MutantsAt).Distinct().Where(without.Add)];
            if (!errors.Contains("error ", StringComparison.Ordinal))
            {
                HashSet<int> written = WrittenIds;
                List<Mutant> alive = [.. mutants.Where(mutant => written.Contains(mutant.Id))];
                return (alive, mutants.Count - alive.Count);
            }

            if (found.Length == 0)
            {
                throw new InvalidOperationException(errors);
            }

            Console.WriteLine($"{found.Length} mutants do not compile and are left out.");
        }
    }

    private HashSet<int> WrittenIds =>
        [.. MutatedFiles.SelectMany(file => Ids().Matches(File.ReadAllText(file))).Select(match => Number(match, "id"))];

    private string MethodsCopy => Path.Combine(copy, "src", "DenseCL", "Method");

    private string[] MutatedFiles => Directory.GetFiles(MethodsCopy, "*.cs", SearchOption.AllDirectories);

    private void CopySources()
    {
        string files = Run(
            mayFail: false,
            "git",
            "-C",
            repository,
            "ls-files",
            "src/DenseCL",
            ":(glob)src/*",
            "recipes",
            "build",
            "Directory.*",
            "global.json",
            "README.md",
            ".editorconfig");
        foreach (string file in files.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string to = Path.Combine(copy, file);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(Path.Combine(repository, file), to, overwrite: true);
        }

        File.WriteAllText(Path.Combine(copy, "src", "DenseCL", "Mutant.cs"), Switch);
    }

    private List<Mutant> WriteMutants(HashSet<int> without)
    {
        List<Mutant> mutants = [];
        string from = Path.Combine(repository, "src", "DenseCL", "Method");
        foreach (string file in MutatedFiles.Select(file => Path.GetRelativePath(MethodsCopy, file)).Order(StringComparer.Ordinal))
        {
            SyntaxNode root = CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(from, file))).GetRoot();
            SyntaxNode mutated = new MutantWriter(file.Replace('\\', '/'), without, mutants).Visit(root);
            File.WriteAllText(Path.Combine(MethodsCopy, file), mutated.ToFullString());
        }

        return mutants;
    }

    /// <summary>The innermost choice around a place where the compiler found something wrong.</summary>
    private static IEnumerable<int> MutantsAt((string File, int Line, int Column) place)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(File.ReadAllText(place.File));
        SourceText text = tree.GetText();
        SyntaxNode node = tree.GetRoot().FindToken(text.Lines[place.Line - 1].Start + place.Column - 1).Parent!;
        while (node is ParenthesizedExpressionSyntax parenthesised)
        {
            node = parenthesised.Expression;
        }

        foreach (ConditionalExpressionSyntax choice in node.AncestorsAndSelf().OfType<ConditionalExpressionSyntax>())
        {
            if (Ids().Match(choice.Condition.ToString()) is { Success: true, Index: < 32 } match)
            {
                yield return Number(match, "id");
                yield break;
            }
        }
    }

    private static IEnumerable<(string File, int Line, int Column)> ErrorPlaces(string output) =>
        Errors().Matches(output).Select(match => (match.Groups["file"].Value, Number(match, "line"), Number(match, "column")));

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    /// <summary>This program and the tests, with the mutated library in the place of the other.</summary>
    public void PlaceBesideTests()
    {
        string bin = Path.Combine(folder, "bin");
        Run(mayFail: false, "cp", "-al", AppContext.BaseDirectory, bin);
        foreach (string library in Directory.GetFiles(bin, "DenseCL*"))
        {
            // Not as a link: the next build would write into it.
            string name = Path.GetFileName(library);
            string from =
                name == "DenseCL.dll" ? Path.Combine(copy, "src", "DenseCL", "bin", "Release", "net10.0") : AppContext.BaseDirectory;
            File.Delete(library);
            File.Copy(Path.Combine(from, name), library);
        }
    }

    private static string Run(bool mayFail, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return mayFail || process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed.");
    }

    [GeneratedRegex(
        @"Mutant\.Is\((?<id>\d+)\)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Ids();

    [GeneratedRegex(
        @"^\s*(?<file>\S+\.cs)\((?<line>\d+),(?<column>\d+)\): error",
        RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Errors();
}
