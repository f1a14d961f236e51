using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DenseCL.Cli.Display;
using DenseCL.Data;
using DenseCL.Data.Scenes;
using DenseCL.Platform;
using DenseCL.Pretraining;
using DenseCL.Recipes;
using DenseCL.Transfer;
using DenseCL.Transfer.Labelled;
using Spectre.Console;

namespace DenseCL.Cli;

/// <summary><c>densecl demo</c>: the whole way, from rendered scenes to the proof.</summary>
internal static class DemoCommand
{
    private const int ProbeStride = 16;
    private const ulong Unlabelled = 0, Labelled = 1, HeldOut = 2;      // seeds, so that no scene is in two sets

    // Few and large objects: the last feature map has a position for every 32 pixels.
    private static readonly SceneOptions Look = new() { Width = 96, Height = 96, MinObjects = 2, MaxObjects = 4, MinDiameter = 0.35, MaxDiameter = 0.7 };

    private static readonly Option<string> Out = new("--out") { Description = "Where the scenes and runs go. Default: densecl-demo, or the first of densecl-demo-2, … that is free.", HelpName = "DIR" };
    private static readonly Option<string[]> Set = new("--set") { Description = "A setting that differs from the recipe 'demo', such as optim.epochs=2; may be given several times.", HelpName = "key=value" };
    private static readonly Option<int> Scenes = new("--scenes") { Description = "How many unlabelled scenes to train on; as many others, labelled, fit the probe, and a third as many test it.", HelpName = "N", DefaultValueFactory = _ => 1200 };

    public static Command Create() => new Command(
        "demo",
        "Shows the whole way in minutes: renders scenes, pre-trains on them with DenseCL and with MoCo-v2, and measures both against an untrained network.")
    {
        Out, Scenes, Set,
    }.Does(
        """
        densecl demo
          A ResNet-18 is trained by both methods on the same images for the same number of steps, from the same start. Then a linear
          classifier for every position of the frozen last feature map is fitted on labelled scenes and measured on others.
        densecl demo --set optim.epochs=1        shorter
        """,
        Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        int scenes = call.GetValue(Scenes);
        if (scenes is < 40 or > 1_000_000)
        {
            throw new DataException(FormattableString.Invariant($"--scenes is {scenes}: choose 40 to 1,000,000."));
        }

        string folder = call.GetValue(Out) ?? FreeFolder();
        NewFolder.RefuseOccupied(folder);
        folder = Path.GetFullPath(folder);
        Recipe recipe = RecipeReader.Read("demo", call.GetValue(Set) ?? []);
        recipe.Resolve(scenes).Validate();
        TorchRuntime.EnsureReady();
        return () => Run(folder, scenes, recipe, stop);
    }

    private static int Run(string folder, int scenes, Recipe recipe, CancellationToken stop)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string unlabelled = Path.Combine(folder, "scenes"), labelled = Path.Combine(folder, "probe-train"), heldOut = Path.Combine(folder, "probe-test");
        Say($"Rendering {scenes} scenes to train on, {scenes} to fit the probe and {scenes / 3} to test it, in {folder} …");
        SceneDataset.Write(unlabelled, Look, scenes, Unlabelled, cancellationToken: stop);
        SceneDataset.Write(labelled, Look, scenes, Labelled, cancellationToken: stop);
        SceneDataset.Write(heldOut, Look, scenes / 3, HeldOut, cancellationToken: stop);

        Recipe mocov2 = recipe with { Method = recipe.Method with { Lambda = 0 } };
        List<(string Name, ConfusionMatrix Result)> results = [];
        SegmentationData data = SegmentationData.Open(labelled, new SegmentationDataOptions { TestFolder = heldOut, AllowEmptyClasses = true }, stop);
        DenseProbeEvaluation probe = new(data, new DenseProbeEvaluationOptions { Stride = ProbeStride, Precision = recipe.Run.Precision });
        results.Add(("untrained", Judge(BackboneSource.Untrained(recipe.Model.Backbone, recipe.Run.Seed))));
        foreach ((string name, Recipe method) in new[] { ("MoCo-v2", mocov2), ("DenseCL", recipe) })
        {
            string run = Path.Combine(folder, name.ToLowerInvariant());
            Say(string.Create(CultureInfo.InvariantCulture, $"{name}: {recipe.Optim.Epochs} epochs at {recipe.Data.Size} px …"));
            if (!Train(method, Path.Combine(unlabelled, "images"), run, name, stop))
            {
                Console.Error.WriteLine("Stopped.");
                return Verb.Failed;
            }

            results.Add((name, Judge(BackboneSource.Open(run))));
        }

        Report(results, recipe, scenes, folder, watch.Elapsed);
        return Verb.Done;

        ConfusionMatrix Judge(BackboneSource backbone) => probe.Evaluate(backbone, recipe.Run.Seed, progress: null, stop).Confusion;
    }

    private static bool Train(Recipe recipe, string images, string run, string name, CancellationToken stop)
    {
        SkippedImages skipped = new();
        using RunFolder folder = RunFolder.Open(run, resume: false);
        using Pretrainer pretrainer = new(recipe, ImageSource.Open(images), skipped, folder);
        return TrainingDisplay.Show(name, progress => pretrainer.Run(progress, stop));
    }

    private static void Report(List<(string Name, ConfusionMatrix Result)> results, Recipe recipe, int scenes, string folder, TimeSpan time)
    {
        Table table = new Table().AddColumn("frozen backbone").AddColumn(new TableColumn("mIoU").RightAligned()).AddColumn(new TableColumn("accuracy").RightAligned());
        foreach ((string name, ConfusionMatrix result) in results)
        {
            table.AddRow(name, FormattableString.Invariant($"{100 * result.MeanIoU:F1} %"), FormattableString.Invariant($"{100 * result.PixelAccuracy:F1} %"));
        }

        Console.WriteLine();
        AnsiConsole.Write(table);
        double gain = 100 * (results[^1].Result.MeanIoU - results[^2].Result.MeanIoU);
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"A linear classifier per position of the last feature map at stride {ProbeStride}, {SceneClasses.Names.Count} classes, fitted on {scenes} labelled scenes, measured on {scenes / 3} others."));
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"DenseCL is {Math.Abs(gain):F1} points {(gain >= 0 ? "above" : "below")} MoCo-v2 here: one run each, of {recipe.Optim.Epochs} epochs, so a point or two is chance."));
        if (results.Skip(1).All(trained => trained.Result.MeanIoU < results[0].Result.MeanIoU + 0.02))
        {
            Say("Neither is clearly above the untrained network: minutes are too short for that. Train for longer with --set optim.epochs=100, or on images of your own.");
        }

        Say(string.Create(CultureInfo.InvariantCulture, $"Took {(int)time.TotalMinutes} min {time.Seconds:D2} s. Backbones, metrics and scenes: {folder}"));
        Say("Next, with images of your own:  densecl pretrain --images DIR --out RUN");
    }

    private static string FreeFolder() => Enumerable.Range(1, int.MaxValue)
        .Select(number => number == 1 ? "densecl-demo" : string.Create(CultureInfo.InvariantCulture, $"densecl-demo-{number}"))
        .First(name => !Path.Exists(name));

    private static void Say(string line) => Console.WriteLine(line);
}
