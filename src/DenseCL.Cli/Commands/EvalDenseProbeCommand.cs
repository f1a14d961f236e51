using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Data;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.DenseProbe;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl eval dense-probe</c>: a linear classifier of the frozen map's positions.</summary>
internal static class EvalDenseProbeCommand
{
    private static readonly Option<int> Stride = new("--stride") { Description = "Pixels for each position of the map: 8, 16 or 32. 8 shows most and takes longest.", HelpName = "8|16|32", DefaultValueFactory = _ => 8 };

    private static readonly Option<string> Stages = new Option<string>("--stages")
    {
        Description = "The maps that are looked at: of the last stage, or of all four.",
        HelpName = "last|all",
        DefaultValueFactory = _ => "last",
    }.AcceptOnlyFromAmong("last", "all");

    private static readonly Option<int?> ShortSide = new("--short-side") { Description = "Resize images so that their shorter side has so many pixels. Default: as they are.", HelpName = "PIXELS" };
    private static readonly Option<int?> Labelled = new("--labelled") { Description = "Learn from so many of the images, chosen by the seed.", HelpName = "N" };
    private static readonly Option<int> Positions = new("--positions") { Description = "Learn from so many positions in all.", HelpName = "N", DefaultValueFactory = _ => new DenseProbeOptions().Positions };
    private static readonly Option<double> L2 = new("--l2") { Description = "Weight of the penalty on the classifier's weights.", HelpName = "λ", DefaultValueFactory = _ => new LogisticRegressionOptions().L2 };

    public static Command Create()
    {
        Command command = new("dense-probe", "Fits a linear classifier to single positions of the frozen feature map and measures mIoU: the cheapest honest proof for dense prediction.")
        {
            EvalOptions.Weights, EvalOptions.Untrained,
        };
        LabelledOptions.AddTo(command);
        foreach (Option option in new Option[] { Stride, Stages, ShortSide, Labelled, Positions, L2, EvalOptions.PrecisionName, EvalOptions.Seed, EvalOptions.Json })
        {
            command.Options.Add(option);
        }

        return command.Does(
            """
            densecl eval dense-probe --weights run --data camvid --test-split val
            densecl eval dense-probe --untrained resnet18 --data camvid --test-split val      what the network is worth before any training
            densecl eval dense-probe --weights run --data mine --test-data mine-held-out --labelled 50 --short-side 240
              mine/images/a.jpg     an image
              mine/masks/a.png      its mask: the number of a class for each pixel, 255 where none counts
              mine/classes.txt      the names of the classes, one a line, if they are to have any
            """,
            Prepare);
    }

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        DenseProbeOptions options = new()
        {
            Stride = EvalOptions.StrideOf(call, Stride),
            AllStages = call.GetRequiredValue(Stages) == "all",
            ShortSide = call.GetValue(ShortSide) is { } side and not (>= 32 and <= 4096)
                ? throw new DataException(FormattableString.Invariant($"--short-side is {side}: choose 32 to 4096."))
                : call.GetValue(ShortSide),
            Labelled = call.GetValue(Labelled),
            Positions = EvalOptions.InRange(call, Positions, 1000, 100_000_000),
            Probe = new LogisticRegressionOptions { L2 = EvalOptions.InRange(call, L2, 1e-9, 1000) },
            Precision = EvalOptions.PrecisionOf(call),
        };
        SegmentationData data = LabelledOptions.Open(call, stop);
        DenseProbeEvaluation evaluation = new(data, options);
        BackboneSource backbone = EvalOptions.Backbone(call);
        (bool json, ulong seed) = (call.GetValue(EvalOptions.Json), call.GetValue(EvalOptions.Seed));
        return () =>
        {
            (LogisticRegression probe, ConfusionMatrix confusion) = FeatureDisplay.Show(json, progress => evaluation.Evaluate(backbone, seed, progress, stop));
            if (json)
            {
                ShowJson();
                return Verb.Done;
            }

            IReadOnlyList<double> ious = confusion.PerClassIoU;
            FiguresDisplay.ShowTable(["class", "IoU"], data.ClassNames.Select((name, c) => (IReadOnlyList<string>)[name, double.IsNaN(ious[c]) ? "-" : FiguresDisplay.Percent(ious[c])]));
            Console.WriteLine($"mIoU {FiguresDisplay.Percent(confusion.MeanIoU)}, pixel accuracy {FiguresDisplay.Percent(confusion.PixelAccuracy)}");
            Console.WriteLine(Printable.Text(FormattableString.Invariant(
                $"{backbone.Name}, stride {options.Stride}, {call.GetRequiredValue(Stages)} stage{(options.AllStages ? "s" : "")}: learned from {options.Labelled ?? data.Train.Count:N0} images, measured on {data.Test.Count:N0}, {data.ClassNames.Count} classes ({data.Layout}); seed {seed}.")));
            if (!probe.Converged)
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"Note: the classifier stopped after {probe.Iterations} steps, before its optimum (gradient {probe.GradientNorm:G2}); a larger --l2 has one that is reached sooner."));
            }

            return Verb.Done;

            void ShowJson() => FiguresDisplay.ShowJson(
                evaluation,
                backbone,
                seed,
                [new("meanIoU", confusion.MeanIoU), new("pixelAccuracy", confusion.PixelAccuracy)],
                new
                {
                    data = Path.GetFullPath(call.GetRequiredValue(LabelledOptions.Data)),
                    layout = data.Layout.ToString().ToLowerInvariant(),
                    trainImages = options.Labelled ?? data.Train.Count,
                    testImages = data.Test.Count,
                    stride = options.Stride,
                    stages = call.GetRequiredValue(Stages),
                    shortSide = options.ShortSide,
                    positions = options.Positions,
                    l2 = options.Probe.L2,
                    precision = call.GetRequiredValue(EvalOptions.PrecisionName),
                    steps = probe.Iterations,
                    converged = probe.Converged,
                    classIoU = data.ClassNames.Zip(confusion.PerClassIoU).Select(pair => new { @class = pair.First, iou = double.IsNaN(pair.Second) ? (double?)null : pair.Second }),
                });
        };
    }
}
