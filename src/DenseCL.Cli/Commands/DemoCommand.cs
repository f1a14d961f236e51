using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Data;
using DenseCL.Data.Scenes;
using DenseCL.Data.Sources;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Reports;
using DenseCL.Reports.Pictures;
using DenseCL.Training;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.DenseProbe;
using DenseCL.Transfer.Protocols.MatchScore;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl demo</c>: everything in one go, from rendered scenes to the comparison.</summary>
internal static class DemoCommand
{
    private const int ProbeStride = 16, PicturePairs = 3;

    private static readonly string[] QuickSettings = ["data.size=64", "optim.epochs=10"];

    private static readonly SceneOptions Look = new()
    {
        Width = 128,
        Height = 128,
        MinObjects = 2,
        MaxObjects = 5,
        MinDiameter = 0.3,
        MaxDiameter = 0.65,
    };

    private static readonly MatchScoreOptions Match = new() { Size = 128, Stride = ProbeStride, Pairs = 2 };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Where the scenes, runs and pictures go. Default: densecl-demo, or the first of densecl-demo-2, … that is free.",
        HelpName = "DIR",
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "A setting that differs from the recipe 'demo', such as optim.epochs=2; may be given several times.",
        HelpName = "key=value",
        CompletionSources = { Completions.OfSettings },
    };

    private static readonly Option<int> Scenes = new("--scenes")
    {
        Description =
            "How many unlabelled scenes to train on; the probe is fitted on a quarter as many other, labelled scenes, "
            + "and tested on an eighth as many.",
        HelpName = "N",
        DefaultValueFactory = _ => 1600,
    };

    private static readonly Option<bool> Quick = new("--quick")
    {
        Description = "A quarter of the scenes and smaller views: to check that everything works. The figures mean little.",
    };

    private static readonly Option<ulong?> Seed = new("--seed")
    {
        Description = "The seed of the scenes and of both trainings (run.seed). Default: 0.",
        HelpName = "N",
    };

    public static Command Create() =>
        new Command(
            "demo",
            "Shows everything in minutes: renders scenes, pre-trains on them with MoCo-v2 and with DenseCL, "
            + "and measures both against an untrained network."
        )
        {
            Out,
            Scenes,
            Quick,
            Seed,
            Set,
            JsonOutput.Option,
        }.Does(
            """
            densecl demo
              A ResNet-18 is trained by both methods on the same images for the same number of steps, from the same start. Then two things
              are measured on other scenes: how many positions of one view find their place in another view (match-score), and what a
              linear classifier of every position of the frozen feature map reaches (eval dense-probe).
            densecl demo --quick                     shorter, to see that everything works
            densecl demo --seed 1 --json             other scenes and another start; one JSON object at the end
            """,
            Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        bool quick = call.GetValue(Quick);
        int scenes = call.GetValue(Scenes);
        if (scenes is < 80 or > 1_000_000)
        {
            throw new DataException(FormattableString.Invariant($"--scenes is {scenes}: choose 80 to 1,000,000."));
        }

        scenes = quick && call.GetResult(Scenes) is null or { Implicit: true } ? scenes / 4 : scenes;
        string folder = call.GetValue(Out) ?? FreeFolder();
        NewFolder.RefuseOccupied(folder);
        string[] set = call.GetValue(Set) ?? [];
        string[] quicker = quick ? [.. QuickSettings.Where(setting => !set.Any(own => own.StartsWith(setting[..setting.IndexOf('=')], StringComparison.Ordinal)))] : [];
        Recipe recipe = RecipeReader.Read("demo", [.. quicker, .. set]);
        if (call.GetValue(Seed) is { } seed)
        {
            recipe = recipe with { Run = recipe.Run with { Seed = seed } };
        }

        TorchRuntime.EnsureReady();
        Demo demo = new(Path.GetFullPath(folder), scenes, recipe.Resolve(scenes), call.GetValue(JsonOutput.Option), stop);
        return demo.Run;
    }

    private static string FreeFolder() => Enumerable.Range(1, int.MaxValue)
        .Select(number => number == 1 ? "densecl-demo" : string.Create(CultureInfo.InvariantCulture, $"densecl-demo-{number}"))
        .First(name => !Path.Exists(name));

    /// <summary>The quality of a network.</summary>
    private sealed record Result(string Name, double Matches, double MeanIoU);

    private sealed class Demo(string folder, int scenes, Recipe recipe, bool json, CancellationToken stop)
    {
        public int Run()
        {
            Stopwatch watch = Stopwatch.StartNew();
            (string unlabelled, string labelled, string heldOut) = Render();
            SegmentationData data = SegmentationData.Open(labelled, new SegmentationDataOptions { TestFolder = heldOut, AllowEmptyClasses = true }, stop);
            DenseProbeEvaluation probe = new(data, new DenseProbeOptions { Stride = ProbeStride, Positions = 20_000, Precision = recipe.Run.Precision });
            MatchScoreEvaluation match = new(MatchImages.Open(heldOut), Match with { Precision = recipe.Run.Precision });

            List<Result> results = [Judge("untrained", BackboneSource.Untrained(recipe.Model.Backbone, recipe.Run.Seed))];
            foreach ((string name, double lambda) in new[] { ("MoCo-v2", 0), ("DenseCL", recipe.Method.Lambda) })
            {
                string run = Path.Combine(folder, FileName(name));
                if (!Train(recipe with { Method = recipe.Method with { Lambda = lambda } }, Path.Combine(unlabelled, "images"), run, name))
                {
                    Console.Error.WriteLine("Stopped.");
                    return Verb.Failed;
                }

                results.Add(Judge(name, BackboneSource.Open(run)));
            }

            WriteReport(results, heldOut);
            Tell(results, watch.Elapsed);
            return Verb.Done;

            Result Judge(string name, BackboneSource backbone)
            {
                List<MatchedViews> pairs = [];      // one per image
                int seen = 0;
                double matches = match.Evaluate(backbone, recipe.Run.Seed, stop, Keep).Matches;
                MatchPicture.Write(Path.Combine(folder, $"matches-{FileName(name)}.png"), pairs);
                return new(name, matches, probe.Evaluate(backbone, recipe.Run.Seed, progress: null, stop).Confusion.MeanIoU);

                void Keep(MatchedViews pair)
                {
                    if (seen++ % Match.Pairs == 0 && pairs.Count < PicturePairs)
                    {
                        pairs.Add(pair);
                    }
                }
            }
        }

        /// <summary>
        /// Scenes to train on, labelled ones to fit the probe, and others to test on. Each set has its own seed, so no scene is in two of
        /// them.
        /// </summary>
        private (string Unlabelled, string Labelled, string HeldOut) Render()
        {
            (int toFit, int toTest) = (scenes / 4, scenes / 8);
            Say($"Rendering {scenes} scenes to train on, {toFit} to fit the probe and {toTest} to test it, in {folder} …");
            return (Write("scenes", scenes, 0), Write("probe-train", toFit, 1), Write("probe-test", toTest, 2));

            string Write(string name, int count, ulong set)
            {
                string path = Path.Combine(folder, name);
                SceneDataset.Write(path, Look, count, unchecked((3 * recipe.Run.Seed) + set), cancellationToken: stop);
                return path;
            }
        }

        private bool Train(Recipe method, string images, string run, string name)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"{name}: {method.Optim.Epochs} epochs at {method.Data.Size} px …"));
            using RunFolder runFolder = RunFolder.Open(run, resume: false);
            using Pretrainer pretrainer = new(method, ImageSource.Open(images), new SkippedImages(), runFolder);
            return json ? pretrainer.Run(progress: null, stop) : TrainingDisplay.Show(name, progress => pretrainer.Run(progress, stop));
        }

        /// <summary>A page with the curves of both runs, and what the networks see in scenes that nothing was trained on.</summary>
        private void WriteReport(List<Result> results, string heldOut)
        {
            Say("Making the report …");
            Report report = new(ReportSource.Open([.. results.Skip(1).Select(result => Path.Combine(folder, FileName(result.Name)))]))
            {
                Tables = [new("Frozen backbones", new ReportTable(Heads, Rows(results)))],
            };
            _ = report.Write(ReportPath, ImageSource.Open(Path.Combine(heldOut, "images")), stop: stop);
        }

        private void Tell(List<Result> results, TimeSpan time)
        {
            if (json)
            {
                JsonOutput.Print(
                    "demo",
                    new { recipe.Run.Seed, scenes, recipe.Optim.Epochs, recipe.Data.Size, @out = folder, report = ReportPath },
                    new { seconds = Math.Round(time.TotalSeconds, 3) },
                    ("results", results.Select(result => new { result.Name, figures = new { result.Matches, result.MeanIoU } })));
                return;
            }

            Console.WriteLine();
            FiguresDisplay.ShowTable(Heads, Rows(results));
            Say(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Matches right: positions of one view that find their place in another by their features, "
                    + $"in scenes that nothing was learned from. "
                    + $"mIoU: of a linear classifier of every position at stride {ProbeStride}, {SceneClasses.Names.Count} classes, "
                    + $"fitted on {scenes / 4} labelled scenes."
                ));
            (Result mocov2, Result densecl) = (results[^2], results[^1]);
            Say(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"DenseCL − MoCo-v2: {Points(densecl.Matches - mocov2.Matches)} points of matches, "
                    + $"{Points(densecl.MeanIoU - mocov2.MeanIoU)} points of mIoU, with seed {recipe.Run.Seed}: one run each."
                ));
            Say($"Open {ReportPath} in a browser: curves, matches, and what each network sees; click a picture in it.");
            Say(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Took {(int)time.TotalMinutes} min {time.Seconds:D2} s. Backbones, metrics and scenes: {folder}"));
            Say("Next, with images of your own:  densecl pretrain --images DIR --out RUN");
        }

        private void Say(string line)
        {
            if (!json)
            {
                Console.WriteLine(Printable.Text(line));
            }
        }

        private string ReportPath => Path.Combine(folder, "report.html");

        private static string[] Heads => ["frozen backbone", "matches right", "mIoU"];

        private static IReadOnlyList<string>[] Rows(IEnumerable<Result> results) =>
            [.. results.Select(result => (IReadOnlyList<string>)[result.Name, Percent(result.Matches), Percent(result.MeanIoU)])];

        private static string FileName(string method) => method.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

        private static string Percent(double share) => FormattableString.Invariant($"{100 * share:F1} %");

        private static string Points(double difference) => FormattableString.Invariant($"{100 * difference:+0.0;−0.0}");
    }
}
