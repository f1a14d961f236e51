using System.CommandLine;
using System.Globalization;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Data;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Svm;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl eval svm</c>: the benchmark on PASCAL VOC 2007, with all images and with few.</summary>
internal static class EvalSvmCommand
{
    private static readonly Option<string?> Data = new("--data")
    {
        Description = "The images: VOCdevkit with VOC2007 in it (trainval and test), or a folder with train/ and val/ (or test/), in each a folder for every class.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Shots = new("--shots") { Description = "Low-shot numbers of positives a class. Default: those of 1,2,4,8,16,32,64,96 that every class has.", HelpName = "LIST" };
    private static readonly Option<bool> NoLowShot = new("--no-low-shot") { Description = "Leave the low-shot part out." };
    private static readonly Option<double> LowShotCost = new("--low-shot-cost") { Description = "The cost C of the low-shot part.", HelpName = "C", DefaultValueFactory = _ => 1 };

    public static Command Create() => new Command(
        "svm",
        "Fits a linear support vector machine for each class on the frozen, averaged features, and reports the mean average precision (VOC07 and low-shot, Goyal et al. 2019).")
    {
        EvalOptions.Weights, EvalOptions.Untrained, Data, ClassificationOptions.Train, ClassificationOptions.Test, ClassificationOptions.Size,
        Shots, NoLowShot, LowShotCost, ClassificationOptions.Batch, ClassificationOptions.Threads, EvalOptions.Seed, EvalOptions.Json,
    }.Does(
        """
        densecl eval svm --weights run --data VOCdevkit
          VOCdevkit/VOC2007/ImageSets/Main/{trainval,test}.txt and CLASS_{trainval,test}.txt, VOCdevkit/VOC2007/JPEGImages
        densecl eval svm --weights run --data flowers --no-low-shot
        densecl eval svm --untrained resnet50 --data VOCdevkit --shots 1,8,64 --json
        """,
        Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        SvmOptions options = new() { LowShotCost = EvalOptions.InRange(call, LowShotCost, 1e-9, 1e6), Features = ClassificationOptions.Features(call) };
        if (call.GetValue(Shots) is { } list)
        {
            options = options with { Shots = ClassificationOptions.Numbers("--shots", list) };
        }

        if (call.GetValue(NoLowShot))
        {
            options = options with { Shots = [] };
        }

        (MultiLabelImages train, MultiLabelImages test) = Images(call, stop);
        IReadOnlyList<int> shots = new SvmEvaluation(train, test, options).Shots;       // and says what is wrong before the weights are read
        if (call.GetValue(Shots) is not null && options.Shots.Except(shots).ToArray() is [var tooMany, ..])
        {
            throw new DataException(FormattableString.Invariant($"--shots asks for {tooMany} images of each class, but a class of {train.Root} has fewer: choose fewer."));
        }

        BackboneSource backbone = EvalOptions.Backbone(call);
        (bool json, ulong seed) = (call.GetValue(EvalOptions.Json), call.GetValue(EvalOptions.Seed));
        return () =>
        {
            (SvmEvaluation evaluation, var figures) = FeatureDisplay.Show(json, progress =>
            {
                SvmEvaluation svm = new(train, test, options, progress);
                return (svm, svm.Measure(backbone, seed, stop));
            });
            if (json)
            {
                FiguresDisplay.ShowJson(evaluation, backbone, seed, figures, new
                {
                    train = train.Root,
                    test = test.Root,
                    trainImages = train.Entries.Count,
                    testImages = test.Entries.Count,
                    classes = train.ClassNames.Count,
                    size = options.Features.Size,
                    costs = options.Costs,
                    folds = options.Folds,
                    positiveWeight = options.PositiveWeight,
                    shots,
                    samples = options.Samples,
                    lowShotCost = options.LowShotCost,
                });
                return Verb.Done;
            }

            Dictionary<string, double> values = new(figures, StringComparer.Ordinal);
            FiguresDisplay.ShowTable(["class", "AP", "cost"], [
                .. train.ClassNames.Select(name => (IReadOnlyList<string>)[name, FiguresDisplay.Percent(values[$"ap.{name}"]), FiguresDisplay.Number(values[$"cost.{name}"])]),
                ["mean", FiguresDisplay.Percent(values["mAP"]), ""],
            ]);
            if (shots.Count > 0)
            {
                FiguresDisplay.ShowTable(["positives a class", "mAP", "sd", "95 % interval"], shots.Select(k => k.ToString(CultureInfo.InvariantCulture)).Select(k => (IReadOnlyList<string>)
                [
                    k, FiguresDisplay.Percent(values[$"mAP.{k}.mean"]), FiguresDisplay.Percent(values[$"mAP.{k}.sd"]),
                    $"{FiguresDisplay.Percent(values[$"mAP.{k}.low"])} … {FiguresDisplay.Percent(values[$"mAP.{k}.high"])}",
                ]));
            }

            Console.WriteLine(Printable.Text(FormattableString.Invariant(
                $"{backbone.Name}, {options.Features.Size} px: fitted on {train.Entries.Count:N0} images, tested on {test.Entries.Count:N0}; seed {seed}.")));
            return Verb.Done;
        };
    }

    private static (MultiLabelImages Train, MultiLabelImages Test) Images(ParseResult call, CancellationToken stop)
    {
        ClassificationOptions.CheckPlaces(call, Data);
        if (call.GetValue(Data) is { } data)
        {
            return MultiLabelImages.Open(data, stop);
        }

        (LabelledImages train, LabelledImages test) = ClassificationOptions.Images(call, Data, stop);
        return (MultiLabelImages.Of(train), MultiLabelImages.Of(test));
    }
}
