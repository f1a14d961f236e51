using System.CommandLine;
using System.Globalization;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Data.Sources;
using DenseCL.Recipes;
using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl ablate</c>: variants of a recipe, trained with several seeds and compared.</summary>
internal static class AblateCommand
{
    private static readonly Argument<string> File = new("ablation")
    {
        Description = $"A shipped ablation ({string.Join(", ", AblationReader.Shipped)}) or a YAML file.",
        HelpName = "NAME|FILE",
        CompletionSources = { _ => Completions.Of(AblationReader.Shipped) },
    };

    private static readonly Option<string[]> Images = new("--images")
    {
        Description = "The images to train on, as for pretrain; may be given several times.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "The labelled data for the evaluations.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "The folder for runs, results and tables; an existing one of the same ablation is continued.",
        HelpName = "OUT",
        Required = true,
    };

    private static readonly Option<string?> Seeds = new("--seeds")
    {
        Description = "Seeds to use instead of the file's.",
        HelpName = "0,1,2",
    };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Check everything, print what would be done, and end." };

    private static readonly Option<bool> AsJson = new("--json")
    {
        Description = "Print the tables (with --dry-run the runs) as one JSON object at the end and nothing else.",
    };

    /// <param name="kinds">The evaluations that a file may name.</param>
    public static Command Create(IReadOnlyList<EvaluationDefinition> kinds) =>
        new Command(
            "ablate",
            "Trains variants of a recipe with several seeds each, evaluates them all in the same way, and compares them. "
            + "OUT/table.md is the product."
        )
        {
            File,
            Images,
            Data,
            Out,
            Seeds,
            DryRun,
            AsJson,
        }.Does(
            """
            densecl ablate headline --images photos --data labelled --out ablation --dry-run
            densecl ablate headline --images photos --data labelled --out ablation          again after an interruption: continues
            densecl ablate mine.yaml --images photos --images more --data labelled --out ablation --seeds 0,1,2,3,4
            """,
            (call, stop) => Prepare(call, kinds, stop));

    private static Func<int> Prepare(ParseResult call, IReadOnlyList<EvaluationDefinition> kinds, CancellationToken stop)
    {
        AblationPlan plan = AblationReader.Read(call.GetRequiredValue(File));
        if (call.GetValue(Seeds) is { } seeds)
        {
            plan = plan with { Seeds = [.. seeds.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Seed)] };
        }

        bool dryRun = call.GetValue(DryRun), json = call.GetValue(AsJson);
        string path = call.GetRequiredValue(Out);
        AblationFolder folder = dryRun ? AblationFolder.LookAt(path) : AblationFolder.Open(path);
        try
        {
            AblationRun run = new(plan, kinds, ImageSource.Open(call.GetRequiredValue(Images)), call.GetRequiredValue(Data), folder, stop);
            return () =>
            {
                using (folder)
                {
                    return dryRun ? Show(run, json) : Work(run, folder, json, stop);
                }
            };
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static ulong Seed(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
        ? seed
        : throw new RecipeException($"--seeds: '{text}' is not a seed. Give whole numbers with commas between them, such as 0,1,2.");

    private static int Show(AblationRun run, bool json)
    {
        if (json)
        {
            JsonOutput.Print(
                "ablate",
                new { dryRun = true },
                new
                {
                    runs = run.Jobs.Count,
                    steps = run.Jobs.Sum(job => job.Steps - job.StepsDone),
                    evaluations = run.Jobs.Sum(job => job.Pending.Count),
                },
                (
                    "runs",
                    run.Jobs.Select(job => new
                    {
                        job.Variant,
                        job.Seed,
                        recipe = job.RecipeHash,
                        job.Images,
                        job.Steps,
                        job.StepsDone,
                        known = job.Known.Select(result => result.Evaluation),
                        pending = job.Pending.Select(evaluation => evaluation.Text),
                    })),
                ("notes", run.Notes));
        }
        else
        {
            AblationDisplay.ShowPlan(run);
        }

        return Verb.Done;
    }

    private static int Work(AblationRun run, AblationFolder folder, bool json, CancellationToken stop)
    {
        if (!json)
        {
            AblationDisplay.ShowPlan(run);
        }
        else
        {
            foreach (string note in run.Notes)
            {
                Console.Error.WriteLine(Printable.Text($"Note: {note}"));
            }
        }

        TrainingView view = json
            ? (_, train) => train(null)
            : (title, train) => TrainingDisplay.Show<bool>(title, progress => train(progress));
        bool complete = run.Run(view, json ? null : new Lines(), stop);
        if (!complete)
        {
            Console.Error.WriteLine(
                Printable.Text($"Stopped; the results so far are in {folder.Results}, and the current run is saved. Continue with the same command.")
            );
            return Verb.Failed;
        }

        Console.Write(json ? run.Table.ToJson() : "");
        foreach (string failure in run.Failures)
        {
            Console.Error.WriteLine(Printable.Text($"Failed: {failure}"));
        }

        if (!json)
        {
            Console.WriteLine();
            Console.WriteLine(Printable.Text(System.IO.File.ReadAllText(folder.Markdown)));
            Console.WriteLine(Printable.Text($"Done: {folder.Markdown}"));
        }

        return run.Failures.Count == 0 ? Verb.Done : Verb.Failed;
    }

    private sealed class Lines : IProgress<string>
    {
        public void Report(string value) => Console.WriteLine(Printable.Text(value));
    }
}
