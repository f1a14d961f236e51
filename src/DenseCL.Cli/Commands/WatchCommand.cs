using System.CommandLine;
using System.Globalization;
using System.Net;
using DenseCL.Cli.Display;
using DenseCL.Data;
using DenseCL.Reports.Health;
using DenseCL.Reports.Live;
using DenseCL.Reports.Runs;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl watch RUN…</c>: the curves of runs while they go on, as a page or as lines.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly Argument<string[]> Runs = new("RUN")
    {
        Description = "Run folders. A run may begin, stop and continue while it is watched.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<int> Port = new("--port")
    {
        Description = "The port of the page; 0 takes any that is free.",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    private static readonly Option<string> Listen = new("--listen")
    {
        Description = "The address of this machine at which the page can be reached. "
            + "Other machines reach it only if this is not a loopback address; what they see is not encrypted.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private static readonly Option<bool> Text = new("--text") { Description = "Print lines in the terminal instead of serving a page." };

    public static Command Create() =>
        new Command("watch", "Shows the curves of runs while they go on: a page in the browser, or lines in the terminal. Ctrl-C ends it, not the runs.")
        {
            Runs,
            Port,
            Listen,
            Text,
        }.Does(
            """
            densecl watch run
              The page is served to this machine only; its address, with a random token, is printed.
            densecl watch mocov2 densecl --port 8080
            densecl watch run --text
            """,
            Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        string[] folders = [.. call.GetRequiredValue(Runs).Select(Folder).Distinct(StringComparer.Ordinal)];
        if (call.GetValue(Text))
        {
            return () => Print(folders, stop);
        }

        int port = call.GetValue(Port);
        if (port is < 0 or > 65535)
        {
            throw new DataException(FormattableString.Invariant($"--port is {port}: choose 0 to 65535; 0 takes any that is free."));
        }

        string listen = call.GetRequiredValue(Listen);
        if (!IPAddress.TryParse(listen, out IPAddress? address))
        {
            throw new DataException($"--listen is '{listen}', which is no address: choose 127.0.0.1, or 0.0.0.0 for all that this machine has.");
        }

        WatchServer server = WatchServer.Start(folders, new WatchOptions { Address = address, Port = port, Interval = Interval }, stop).GetAwaiter().GetResult();
        return () =>
        {
            Console.WriteLine(Printable.Text($"Watching {string.Join(", ", folders)}"));
            Console.WriteLine($"Open {server.Address} in a browser. Ctrl-C ends this page, not the runs.");
            if (!IPAddress.IsLoopback(address))
            {
                Console.WriteLine("Note: other machines can open it, too, and nothing is encrypted on the way.");
            }

            _ = stop.WaitHandle.WaitOne();
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return Verb.Done;
        };
    }

    private static string Folder(string path) =>
        string.IsNullOrWhiteSpace(path) ? throw new DataException("The name of a run folder is empty.")
        : File.Exists(path) ? throw new DataException($"{Path.GetFullPath(path)} is a file: give a run folder.")
        : !Directory.Exists(path) && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))
            ? throw new DataException($"There is no folder {Path.GetFullPath(path)}, and none that it could appear in.")
        : Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>A line for each step that a run has logged since the last look, and each verdict once.</summary>
    private static int Print(string[] folders, CancellationToken stop)
    {
        WatchedRuns runs = new(folders);
        Dictionary<string, long> shown = new(StringComparer.Ordinal);
        HashSet<(string Run, string Verdict)> told = [];
        do
        {
            _ = runs.Update();
            foreach (RunRecord run in runs.Runs.Where(run => run.Curves.LastStep != shown.GetValueOrDefault(run.Folder.Path)))
            {
                shown[run.Folder.Path] = run.Curves.LastStep;
                Console.WriteLine(Printable.Text(LineOf(run)));
                foreach (Verdict verdict in Verdicts.Of(run).Where(verdict => verdict.Severity >= Severity.Warning && told.Add((run.Folder.Path, verdict.Name))))
                {
                    Console.WriteLine(Printable.Text($"{run.Name}: {verdict.Finding} {verdict.Advice}"));
                }
            }
        }
        while (!stop.WaitHandle.WaitOne(Interval));

        return Verb.Done;
    }

    private static string LineOf(RunRecord run)
    {
        Curves curves = run.Curves;
        string parts = string.Concat(
            Part("loss", curves["loss/total"], "F3"),
            Part("global", curves["loss/global"], "F3"),
            Part("dense", curves["loss/dense"], "F3"),
            Part("learning rate", curves["metrics/learningRate"], "G3"),
            Part("images/s", curves["speed/imagesPerSecond"], "F1"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Name}: step {curves.LastStep:N0}, epoch {curves["metrics/epoch"].Last:F0} of {run.Recipe.Optim.Epochs}{parts}");

        static string Part(string name, Curve curve, string format) =>
            curve.Last is { } value ? $", {name} {value.ToString(format, CultureInfo.InvariantCulture)}" : "";
    }
}
