using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Platform;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.Definitions;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl eval NAME</c>: measures the quality of a backbone with any of the evaluations.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        Command eval = new("eval", "Measures what a backbone is worth. docs/evaluation.md says how.");
        foreach (EvaluationDefinition definition in Evaluations.All)
        {
            eval.Subcommands.Add(Create(definition));
        }

        return eval;
    }

    /// <summary>The command of one evaluation; everything in it comes from the definition.</summary>
    public static Command Create(EvaluationDefinition definition)
    {
        EvaluationCall options = new(definition);
        Command command = new(definition.Name, definition.Summary);
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        return command.Does(definition.Examples, (call, stop) => Prepare(definition, options, call, stop));
    }

    private static Func<int> Prepare(EvaluationDefinition definition, EvaluationCall options, ParseResult call, CancellationToken stop)
    {
        (bool json, ulong seed) = (call.GetValue(JsonOutput.Option), call.GetValue(EvalOptions.Seed));
        string[] folders = [.. options.NewFolders(call)];
        foreach (string folder in folders)
        {
            NewFolder.RefuseOccupied(folder);
        }

        RefuseNested(folders);
        EvaluationInput input = new(new EvaluationOptions(definition.Name, [.. options.Given(call)]), options.Places(call), stop) { Seeds = [seed] };
        IEvaluation evaluation = definition.Create(input);      // reports errors before the weights are read
        foreach (string warning in input.Warnings)
        {
            Console.Error.WriteLine(Printable.Text($"Note: {warning}"));
        }

        BackboneSource backbone = EvalOptions.Backbone(call, json);
        TextWriter say = json ? Console.Error : Console.Out;
        foreach (string line in input.Lines)
        {
            say.WriteLine(Printable.Text(line));
        }

        return () =>
        {
            EvaluationReport report = EvaluationDisplay.Show(say, progress => evaluation.Report(backbone, seed, progress, stop));
            string text = report.Json(definition.Name, backbone, seed, input.Settings);
            foreach (string warning in report.Warnings)
            {
                Console.Error.WriteLine(Printable.Text($"Note: {warning}"));
            }

            if (json)
            {
                Console.Write(text);
            }
            else
            {
                EvaluationDisplay.Show(report);
            }

            if (call.GetValue(EvalOptions.Out) is { } folder)
            {
                report.Write(folder, text);     // last: if the disk is full, the figures are already on the screen
            }

            return Verb.Done;
        };
    }

    /// <summary>Each folder appears when it is complete, so none may lie inside another.</summary>
    private static void RefuseNested(string[] folders)
    {
        foreach ((int index, string first) in folders.Index())
        {
            if (folders.Skip(index + 1).FirstOrDefault(second => IsIn(first, second) || IsIn(second, first)) is { } second)
            {
                throw new IOException($"The folders {first} and {second} overlap: choose two folders side by side.");
            }
        }

        static bool IsIn(string inner, string outer) => Ended(inner).StartsWith(Ended(outer), StringComparison.Ordinal);

        static string Ended(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar;
    }
}
