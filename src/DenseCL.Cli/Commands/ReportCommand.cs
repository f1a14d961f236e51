using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Data;
using DenseCL.Platform;
using DenseCL.Reports;
using DenseCL.Reports.Charts;
using DenseCL.Reports.Health;
using DenseCL.Reports.Runs;
using DenseCL.Transfer.Protocols.MatchScore;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl report RUN…</c>: a page about one or several runs.</summary>
internal static class ReportCommand
{
    private static readonly Argument<string[]> Runs = new("RUN")
    {
        Description = "Run folders, also of trainings that go on; or folders of ablations, which stand for all their runs and tables.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string[]> Images = new("--images")
    {
        Description = "The images to show, best ones that nothing was trained on: as for match-score; may be given several times. "
            + "Default: those that the first run trained on.",
        HelpName = "DIR",
    };

    private static readonly Option<string[]> Evaluations = new("--eval")
    {
        Description = "The result of an evaluation to show: a folder of eval --out, or a file of eval --json; may be given several times.",
        HelpName = "DIR|FILE",
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "The page to make. Default: report.html in the first folder, where an older one is replaced.",
        HelpName = "F.html",
    };

    private static readonly Option<string?> Charts = new("--charts")
    {
        Description = "Also draw each chart as a PNG, in this new folder.",
        HelpName = "DIR",
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replace F.html if it exists." };

    private static readonly RecordOptions Settings = new(typeof(ReportOptions));

    public static Command Create()
    {
        Command command = new(
            "report",
            "Makes one HTML file about runs: curves, what is wrong with them, matches between views, feature maps, nearest neighbours, tables. "
            + "It needs no network. docs/health.md explains curves and verdicts.")
        {
            Runs, Images, Evaluations, Out, Charts,
        };
        foreach (Option option in (IEnumerable<Option>)[.. Settings.All, Force, JsonOutput.Option])
        {
            command.Options.Add(option);
        }

        return command.Does(
            """
            densecl report run
            densecl report mocov2 densecl --images photos --out both.html        two runs side by side, on images of your own
            densecl report ablation --pictures 0                                 the runs and tables of ablate --out ablation; curves only
            densecl eval knn --weights run --data flowers --out knn
            densecl report run --eval knn
            """,
            Prepare);
    }

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        string[] folders = call.GetRequiredValue(Runs);
        ReportOptions options = Settings.Read<ReportOptions>(call);
        Report report = new(ReportSource.Open(folders), call.GetValue(Evaluations), options);
        string path = call.GetValue(Out) ?? Path.Combine(folders[0], "report.html");
        RefusePlace(path, call.GetValue(Out) is null || call.GetValue(Force));
        string? charts = call.GetValue(Charts);
        if (charts is not null)
        {
            NewFolder.RefuseOccupied(charts);
        }

        string[] places = call.GetValue(Images) ?? [];
        Data.Sources.ImageSource? images = places.Length == 0 ? null : MatchImages.Open(places);
        bool json = call.GetValue(JsonOutput.Option);
        if (options.Pictures > 0)
        {
            TorchRuntime.EnsureReady();
        }

        return () =>
        {
            TextWriter say = json ? Console.Error : Console.Out;
            (long bytes, IReadOnlyList<string> notes) = report.Write(path, images, new Lines(say), stop);
            int drawn = charts is null ? 0 : ChartPng.Write(charts, report.Runs);
            foreach (string note in notes)
            {
                Console.Error.WriteLine(Printable.Text($"Note: {note}"));
            }

            if (json)
            {
                JsonOutput.Print(
                    "report",
                    new { runs = folders.Select(Path.GetFullPath), @out = Path.GetFullPath(path), charts, options.Pictures, options.Neighbours },
                    new { bytes, runs = report.Runs.Count, charts = drawn },
                    ("runs", report.Runs.Select(run => new { run.Name, folder = run.Folder.Path, step = run.Curves.LastStep, verdicts = Verdicts.Of(run) })),
                    ("notes", notes));
                return Verb.Done;
            }

            foreach (RunRecord run in report.Runs)
            {
                foreach (Verdict verdict in Verdicts.Of(run))
                {
                    Console.WriteLine(Printable.Text($"{run.Name}: {verdict.Finding}{(verdict.Advice.Length > 0 ? " " : "")}{verdict.Advice}"));
                }
            }

            Console.WriteLine(Printable.Text(FormattableString.Invariant($"Done: {Path.GetFullPath(path)} ({bytes / 1e6:0.0} MB). Open it in a browser.")));
            return Verb.Done;
        };
    }

    private static void RefusePlace(string path, bool force)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new DataException($"--out {full} is a folder: give the name of a file, such as {Path.Combine(full, "report.html")}.");
        }

        if (!force && File.Exists(full))
        {
            throw new DataException($"{full} exists already: choose another name with --out, or add --force.");
        }

        if (Path.GetDirectoryName(full) is { } folder && !Directory.Exists(folder))
        {
            throw new DataException($"There is no folder {folder} for --out: make it first, or choose another place.");
        }
    }

    private sealed class Lines(TextWriter say) : IProgress<string>
    {
        public void Report(string value) => say.WriteLine(Printable.Text($"Computing {value} …"));
    }
}
