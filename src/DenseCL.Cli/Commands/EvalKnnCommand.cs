using System.CommandLine;
using System.Globalization;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Knn;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl eval knn</c>: weighted nearest neighbours.</summary>
internal static class EvalKnnCommand
{
    private static readonly Option<string> Neighbours = new("--neighbours") { Description = "Numbers of neighbours that vote; backbones are compared by the first.", HelpName = "LIST", DefaultValueFactory = _ => "20,10,100,200" };
    private static readonly Option<double> Temperature = new("--temperature") { Description = "A neighbour's vote is exp(similarity / temperature).", HelpName = "T", DefaultValueFactory = _ => 0.07 };

    public static Command Create() => new Command(
        "knn",
        "Classifies images by their nearest neighbours in the frozen features (Wu et al. 2018). Nothing is trained: the quickest look at a backbone.")
    {
        EvalOptions.Weights, EvalOptions.Untrained, ClassificationOptions.Data, ClassificationOptions.Train, ClassificationOptions.Test, ClassificationOptions.Size,
        Neighbours, Temperature, ClassificationOptions.Batch, ClassificationOptions.Threads, EvalOptions.Seed, EvalOptions.Json,
    }.Does(
        """
        densecl eval knn --weights run --data flowers
          flowers/train/CLASS/…   images that vote
          flowers/val/CLASS/…     images that are classified
        densecl eval knn --untrained resnet18 --data flowers        what the network is worth before any training
        densecl eval knn --weights moco.pth --train a --test b --size 96 --neighbours 10,20 --json
        """,
        Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        KnnOptions options = new()
        {
            Neighbours = ClassificationOptions.Numbers("--neighbours", call.GetRequiredValue(Neighbours)),
            Temperature = EvalOptions.InRange(call, Temperature, 0.001, 100),
            Features = ClassificationOptions.Features(call),
        };
        (LabelledImages train, LabelledImages test) = ClassificationOptions.Images(call, ClassificationOptions.Data, stop);
        _ = new KnnEvaluation(train, test, options);        // says what is wrong before the weights are read
        BackboneSource backbone = EvalOptions.Backbone(call);
        (bool json, ulong seed) = (call.GetValue(EvalOptions.Json), call.GetValue(EvalOptions.Seed));
        return () =>
        {
            (KnnEvaluation evaluation, var figures) = FeatureDisplay.Show(json, progress =>
            {
                KnnEvaluation knn = new(train, test, options, progress);
                return (knn, knn.Measure(backbone, seed, stop));
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
                    neighbours = options.Neighbours,
                    temperature = options.Temperature,
                });
                return Verb.Done;
            }

            Dictionary<string, double> shares = new(figures, StringComparer.Ordinal);
            FiguresDisplay.ShowTable(["neighbours", "top-1", "top-5"], options.Neighbours.Order().Select(k => k.ToString(CultureInfo.InvariantCulture)).Select(k =>
                (IReadOnlyList<string>)[k, FiguresDisplay.Percent(shares[$"top1.k{k}"]), shares.TryGetValue($"top5.k{k}", out double top5) ? FiguresDisplay.Percent(top5) : ""]));
            Console.WriteLine(Printable.Text(FormattableString.Invariant(
                $"{backbone.Name}, {options.Features.Size} px: {test.Entries.Count:N0} images of {train.ClassNames.Count:N0} classes, among {train.Entries.Count:N0} neighbours; seed {seed}.")));
            return Verb.Done;
        };
    }
}
