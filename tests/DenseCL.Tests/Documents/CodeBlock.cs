using System.Diagnostics;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace DenseCL.Tests.Documents;

/// <summary>
/// A C# block of README.md or docs/*.md: a program of top-level statements, as a reader would paste it into a new console project.
/// </summary>
/// <param name="Document">The file, relative to the repository.</param>
/// <param name="Line">Where its code begins, from 1.</param>
/// <param name="Code">All of it.</param>
public sealed record CodeBlock(string Document, int Line, string Code)
{
    // What <ImplicitUsings> gives a console project.
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly string Here = AppContext.BaseDirectory;

    // The tests' own assembly is no part of what a program sees; the program has another name, so that it sees no internals.
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileNameWithoutExtension(file) != typeof(CodeBlock).Assembly.GetName().Name)
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    /// <summary>All there are: the README's first, then those of the documents by name, each in its order.</summary>
    public static IReadOnlyList<CodeBlock> All { get; } =
    [
        .. Of("README.md"),
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md")
            .Order(StringComparer.Ordinal)
            .SelectMany(file => Of($"docs/{Path.GetFileName(file)}")),
    ];

    /// <inheritdoc/>
    public override string ToString() => $"{Document}, line {Line}";

    /// <summary>Makes a program of it; a warning is an error.</summary>
    /// <param name="program">Receives the assembly.</param>
    public void Compile(Stream program)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            $"Block{Line}",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(Code)],
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        EmitResult result = compilation.Emit(program);
        Diagnostic[] wrong = [.. result.Diagnostics.Where(found => found.Severity >= DiagnosticSeverity.Warning)];
        Assert.True(result.Success && wrong.Length == 0, string.Join('\n', wrong.Select(Text)));

        string Text(Diagnostic found)
        {
            int line = Line + found.Location.GetLineSpan().StartLinePosition.Line;
            return $"{Document}({line}): {found.Id}: {found.GetMessage(CultureInfo.InvariantCulture)}";
        }
    }

    /// <summary>Compiles it and runs it in a process of its own.</summary>
    /// <param name="folder">The folder that its relative paths are in.</param>
    public void Run(string folder)
    {
        // Beside the libraries: there the runtime looks for them.
        string program = Path.Combine(Here, FormattableString.Invariant($"Block-{Guid.NewGuid():N}.dll"));
        try
        {
            using (FileStream file = File.Create(program))
            {
                Compile(file);
            }

            string tests = Path.Combine(Here, typeof(CodeBlock).Assembly.GetName().Name!);
            ProcessStartInfo start = new(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                ["exec", "--depsfile", $"{tests}.deps.json", "--runtimeconfig", $"{tests}.runtimeconfig.json", program])
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            CancellationToken cancel = TestContext.Current.CancellationToken;
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancel), error = process.StandardError.ReadToEndAsync(cancel);
            Task.WaitAll([output, error], cancel);
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{this} ended with status {process.ExitCode}: {error.Result}{output.Result}");
        }
        finally
        {
            File.Delete(program);
        }
    }

    private static IEnumerable<CodeBlock> Of(string document)
    {
        string[] lines = File.ReadAllLines(Repository.PathOf(document.Split('/')));
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() == "```csharp")
            {
                int end = Array.FindIndex(lines, i, line => line.Trim() == "```");
                yield return new CodeBlock(document, i + 2, string.Join('\n', lines[(i + 1)..end]));
                i = end;
            }
        }
    }
}
