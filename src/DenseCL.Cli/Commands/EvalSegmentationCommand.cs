using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Platform;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Segmentation;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl eval segmentation</c>: fine-tunes a fully convolutional network, the paper's protocol.</summary>
internal static class EvalSegmentationCommand
{
    private static readonly Option<string> RecipeName = new("--recipe")
    {
        Description = $"The protocol: a shipped recipe ({string.Join(", ", SegmentationRecipes.Shipped)}) or a YAML file.",
        HelpName = "NAME|FILE",
        DefaultValueFactory = _ => "fcn-small",
    };

    private static readonly Option<string[]> Set = new("--set") { Description = "A setting that differs from the recipe, such as steps=300; may be given several times.", HelpName = "key=value" };
    private static readonly Option<int?> Labelled = new("--labelled") { Description = "Learn from so many of the images, chosen by the seed (labelled).", HelpName = "N" };
    private static readonly Option<bool> Frozen = new("--frozen") { Description = "Leave the backbone as it is and train the heads alone (frozen)." };
    private static readonly Option<string?> Out = new("--out") { Description = "A new folder for metrics.json, classes.csv and confusion.csv.", HelpName = "DIR" };
    private static readonly Option<string?> Predictions = new("--predictions") { Description = "A new folder for what is predicted: drawn over each image, and as masks.", HelpName = "DIR" };

    public static Command Create()
    {
        Command command = new("segmentation", "Fine-tunes a fully convolutional network (FCN) on labelled images and measures mIoU on others, as the paper does.") { EvalOptions.Weights, EvalOptions.Untrained };
        LabelledOptions.AddTo(command);
        foreach (Option option in new Option[] { RecipeName, Set, Labelled, Frozen, Out, Predictions, EvalOptions.Seed, EvalOptions.Json })
        {
            command.Options.Add(option);
        }

        return command.Does(
            """
            densecl eval segmentation --weights run --data camvid --test-split val
            densecl eval segmentation --untrained resnet18 --data camvid --test-split val         to compare with
            densecl eval segmentation --weights run --data camvid --labelled 50 --frozen --out result
            densecl eval segmentation --weights backbone.pth --data VOCdevkit --recipe fcn-r50-voc
            """,
            Prepare);
    }

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        bool json = call.GetValue(EvalOptions.Json);
        ulong seed = call.GetValue(EvalOptions.Seed);
        string? folder = call.GetValue(Out), predictions = call.GetValue(Predictions);
        foreach (string path in new[] { folder, predictions }.OfType<string>())
        {
            NewFolder.RefuseOccupied(path);
        }

        RefuseNested(folder, predictions);
        SegmentationOptions options = SegmentationRecipes.Read(call.GetRequiredValue(RecipeName), [.. call.GetValue(Set) ?? [], .. Settings(call)]);
        SegmentationData data = LabelledOptions.Open(call, stop);
        SegmentationEvaluation evaluation = new(data, options);
        BackboneSource backbone = EvalOptions.Backbone(call);
        TextWriter say = json ? Console.Error : Console.Out;
        Announce(say, backbone, data, options);
        return () =>
        {
            SegmentationResult result = SegmentationDisplay.Show(say, progress => predictions is null
                ? evaluation.Run(backbone, seed, progress, stop: stop)
                : PredictionFolder.Write(predictions, draw => evaluation.Run(backbone, seed, progress, draw, stop)));
            if (json)
            {
                Console.Write(SegmentationReport.Json(backbone, result));
            }
            else
            {
                SegmentationDisplay.Show(result);
            }

            if (folder is not null)
            {
                SegmentationReport.Write(folder, backbone, result);     // last: if the disk is full, the figures are on the screen
            }

            return Verb.Done;
        };
    }

    /// <summary>Each of the two appears when it is complete: one in the other would be in its way.</summary>
    private static void RefuseNested(string? folder, string? predictions)
    {
        if (folder is null || predictions is null)
        {
            return;
        }

        string first = Ended(folder), second = Ended(predictions);
        if (first.StartsWith(second, StringComparison.Ordinal) || second.StartsWith(first, StringComparison.Ordinal))
        {
            throw new IOException($"--out {folder} and --predictions {predictions} are in each other's way: choose two folders side by side.");
        }

        static string Ended(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar;
    }

    private static IEnumerable<string> Settings(ParseResult call)
    {
        if (call.GetValue(Labelled) is { } labelled)
        {
            yield return FormattableString.Invariant($"labelled={labelled}");
        }

        if (call.GetValue(Frozen))
        {
            yield return "frozen=true";
        }
    }

    private static void Announce(TextWriter say, BackboneSource backbone, SegmentationData data, SegmentationOptions options)
    {
        say.WriteLine(Printable.Text(FormattableString.Invariant(
            $"{backbone.Name}: FCN at stride {options.OutputStride}, {(options.Frozen ? "frozen backbone, " : "")}{options.Steps} steps of {options.Batch} crops of {options.CropWidth} × {options.CropHeight}.")));
        say.WriteLine(Printable.Text(FormattableString.Invariant(
            $"{data.ClassNames.Count} classes ({data.Layout}); {options.Labelled ?? data.Train.Count} of {data.Train.Count} images to learn from, {data.Test.Count} to measure on.")));
        if (data.NotInTest.Count > 0)
        {
            say.WriteLine(Printable.Text($"Note: no pixel to measure on is of {string.Join(", ", data.NotInTest)}; a class is in the mean all the same if it is predicted somewhere."));
        }
    }
}
