using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Training;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.FineTuning;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Definitions;
using DenseCL.Transfer.Segmentation;
using DenseCL.Weights;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl finetune segmentation</c>: from a backbone and labelled images to a model.</summary>
internal static class FinetuneCommand
{
    private static readonly Option<string> Data = new("--data")
    {
        Description = "Images and masks, in any layout that docs/evaluation.md lists.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> Out = new("--out") { Description = "The folder of the model.", HelpName = "MODEL", Required = true };

    private static readonly Option<string?> RecipeName = new("--recipe")
    {
        Description =
            $"The protocol: a shipped recipe ({string.Join(", ", SegmentationRecipes.Shipped)}) or a YAML file. "
            + "Default: fcn-small, or fpn-small with --head fpn; with --resume the model's own.",
        HelpName = "NAME|FILE",
        CompletionSources = { _ => Completions.Of(SegmentationRecipes.Shipped) },
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "A setting that differs from the recipe, such as steps=300; may be given several times.",
        HelpName = "key=value",
        CompletionSources =
        {
            context => Completions.OfSettings(
                context,
                EvaluationOption.Of(typeof(FineTuningOptions)).Where(option => !option.IsOnCommandLine)
                    .Select(option => (option.Name, (IEnumerable<string>)option.Choices))),
        },
    };

    private static readonly Option<string?> ValSplit = new("--val-split")
    {
        Description =
            "The split to measure on during the training; the best state is the best on it. none: there is no best state. "
            + "Default: val if there is one, or the images of --hold-out.",
        HelpName = "SPLIT|none",
    };

    private static readonly Option<bool> Resume = new("--resume")
    {
        Description = "Continue the fine-tuning in MODEL exactly from its last checkpoint; --weights is not needed then.",
    };

    private static readonly RecordOptions Records = new(typeof(FineTuningOptions), typeof(SegmentationDataOptions));

    public static Command Create()
    {
        Command segmentation = new(
            "segmentation",
            "Fine-tunes a backbone and a head on images with masks, and keeps the model. It is the training of `eval segmentation`.")
        {
            EvalOptions.Weights,
            EvalOptions.Untrained,
            Data,
            Out,
            RecipeName,
            Set,
            Resume,
            ValSplit,
        };
        foreach (Option option in Records.All)
        {
            segmentation.Options.Add(option);
        }

        segmentation.Options.Add(JsonOutput.Option);
        segmentation.Does(
            """
            densecl finetune segmentation --weights run --data camvid --out model
            densecl finetune segmentation --weights run --data camvid --out model --resume        after an interruption
            densecl finetune segmentation --weights run --data parts --hold-out 0.2 --head fpn --class-weights balanced --out model
            densecl finetune segmentation --weights run --data camvid --labelled 36 --set steps=300 --patience 3 --out model
            densecl predict --model model --images photos --out masks
            """,
            Prepare);
        return new Command("finetune", "Makes a model from a backbone and labelled images. docs/models.md says how.") { segmentation };
    }

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        (string path, bool resume, bool json) = (call.GetRequiredValue(Out), call.GetValue(Resume), call.GetValue(JsonOutput.Option));
        TextWriter say = json ? Console.Error : Console.Out;
        RunFolder folder = RunFolder.Open(path, resume);
        try
        {
            FineTuningOptions options = OptionsOf(call, folder, resume);
            FineTuningData data = FineTuningData.Open(
                call.GetRequiredValue(Data), Records.Read<SegmentationDataOptions>(call), call.GetValue(ValSplit), options.Seed, stop);
            bool begun = folder.FindCheckpoints().Count > 0;
            if (!begun && resume && call.GetValue(EvalOptions.Weights) is null && call.GetValue(EvalOptions.Untrained) is null)
            {
                throw new WeightFileException($"{folder.Path} has no checkpoint yet: give --weights as well, and it starts from the beginning.");
            }

            BackboneSource? source = begun ? null : EvalOptions.Backbone(call, quiet: json, options.Seed);
            FineTuner tuner = new(data.Data, data.Validation, source, options, folder);
            Announce(say, tuner, data);
            return () =>
            {
                using (folder)
                using (tuner)
                {
                    return Train(tuner, data, folder, json, say, stop);
                }
            };
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static FineTuningOptions OptionsOf(ParseResult call, RunFolder folder, bool resume)
    {
        HeadKind head = Records.Read<FineTuningOptions>(call).Head;
        string recipe = call.GetValue(RecipeName) ?? (resume ? folder.Recipe : SegmentationRecipes.UsualFor(head));
        return Records.Read(call, FineTuningRecipes.Read(recipe, call.GetValue(Set) ?? []));
    }

    private static void Announce(TextWriter say, FineTuner tuner, FineTuningData data)
    {
        FineTuningOptions options = tuner.Options;
        SegmentationData labelled = data.Data;
        say.WriteLine(Printable.Text(FormattableString.Invariant(
            $"{labelled.ClassNames.Count} classes ({labelled.Layout}); {tuner.Images:N0} of {labelled.Train.Count:N0} images to learn from, {(data.Validation is { } val ? $"{val.Test.Count:N0} to choose the best state by, " : "")}{labelled.Test.Count:N0} to measure on.")));
        say.WriteLine($"{options.InWords}.");
        if (options.Labelled > labelled.Train.Count)
        {
            Note($"{options.Labelled} labelled images are requested, and there are {labelled.Train.Count}: all of them are used.");
        }

        if (labelled.WithoutMask > 0)
        {
            Note($"{labelled.WithoutMask:N0} images have no mask and are left out.");
        }

        if (labelled.InBoth > 0)
        {
            Note($"{labelled.InBoth:N0} of the {labelled.Test.Count:N0} images to measure on are among those to learn from: what is measured on them says nothing about others.");
        }

        if (data.ValidatesOnTest)
        {
            Note($"The best state is chosen by the images that it is measured on, so its figures flatter it; those of the last state do not.");
        }

        if (data.Validation is null && options.Patience is not null)
        {
            Note($"--patience is of no use without images to measure on during the training (--val-split).");
        }

        foreach (string damage in tuner.Damaged)
        {
            Note($"{damage} It is kept with the ending .damaged, and the training continues from the one before.");
        }

        if (tuner.Step > 0)
        {
            say.WriteLine(FormattableString.Invariant($"Continuing after step {tuner.Step} of {tuner.Steps}."));
        }

        static void Note(FormattableString text) => Console.Error.WriteLine(Printable.Text($"Note: {FormattableString.Invariant(text)}"));
    }

    private static int Train(FineTuner tuner, FineTuningData data, RunFolder folder, bool json, TextWriter say, CancellationToken stop)
    {
        FineTuningResult? result = EvaluationDisplay.Show(say, progress => tuner.Run(progress, stop));
        if (result is null)
        {
            Console.Error.WriteLine($"Stopped after step {tuner.Step} of {tuner.Steps}; everything is saved. Continue with --resume.");
            return Verb.Failed;
        }

        if (json)
        {
            JsonOutput.Print(
                "finetune segmentation",
                FineTuningRecipes.Describe(tuner.Options).ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal),
                result.ForJson["figures"]!,
                ("model", folder.Path),
                ("step", result.Steps),
                ("endedEarly", result.EndedEarly),
                ("best", result.ForJson["best"]),
                ("classes", data.Data.ClassNames),
                ("trainImages", tuner.Images),
                ("testImages", data.Data.Test.Count));
            return Verb.Done;
        }

        EvaluationDisplay.Show(result.Report);
        if (result.EndedEarly)
        {
            Console.WriteLine(FormattableString.Invariant(
                $"The training ended after step {result.Steps} of {tuner.Steps}: mIoU on val had not risen in the last {tuner.Options.Patience} measurements."));
        }

        if (result.Best is { } best)
        {
            Console.WriteLine(FormattableString.Invariant(
                $"These are the figures of the last state. The best state on val is that of step {best.Step}: mIoU {100 * best.MeanIoU:F1} % on val, {100 * (result.BestFigures ?? result.Report.Figures)[0].Value:F1} % on these images."));
        }

        Console.WriteLine($"Done: {folder.Path}");
        return Verb.Done;
    }
}
