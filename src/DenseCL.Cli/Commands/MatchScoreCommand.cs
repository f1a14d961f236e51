using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Data.Sources;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols.MatchScore;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl match-score</c>: whether positions of one view find their place in another, without a label.</summary>
internal static class MatchScoreCommand
{
    private static readonly Option<string[]> Images = new("--images")
    {
        Description = "The images to match views of, as for pretrain; may be given several times. Of a folder of images and masks, the images of one split.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string?> TestSplit = new("--test-split") { Description = "The split of a folder of images and masks. Default: the one that it is usually measured on.", HelpName = "SPLIT" };
    private static readonly Option<int> Limit = new("--limit") { Description = "Look at so many images at most, spread evenly over all.", HelpName = "N", DefaultValueFactory = _ => new MatchScoreOptions().Limit };
    private static readonly Option<int> Pairs = new("--pairs") { Description = "Pairs of views of each image.", HelpName = "N", DefaultValueFactory = _ => new MatchScoreOptions().Pairs };
    private static readonly Option<int> Size = new("--size") { Description = "The side of a view in pixels.", HelpName = "PIXELS", DefaultValueFactory = _ => new MatchScoreOptions().Size };
    private static readonly Option<int> Stride = new("--stride") { Description = "Pixels for each position of the map: 8, 16 or 32.", HelpName = "8|16|32", DefaultValueFactory = _ => new MatchScoreOptions().Stride };

    public static Command Create() => new Command(
        "match-score",
        "Measures what dense learning teaches, without labels: how many positions of one view of an image find the same place in another view by their frozen features.")
    {
        EvalOptions.Weights, EvalOptions.Untrained, Images, TestSplit, Limit, Pairs, Size, Stride, EvalOptions.PrecisionName, EvalOptions.Seed, EvalOptions.Json,
    }.Does(
        """
        densecl match-score --weights run --images photos
        densecl match-score --untrained resnet18 --images photos        what the network is worth before any training
          A view is a crop of 0.3 to 1 of the image's area, of an aspect from 3/4 to 4/3, mirrored half the time, resized to --size; colours
          stay as they are. Each position of the first view that the second one shows, too, is matched with the position there whose
          features are nearest by cosine. It is right if it lies within one position of the true place, in both directions.
          Compare figures with the same images, seed, size and stride: they are then of the same views.
        """,
        Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        MatchScoreOptions options = new()
        {
            Size = EvalOptions.InRange(call, Size, 64, 1024),
            Stride = EvalOptions.StrideOf(call, Stride),
            Pairs = EvalOptions.InRange(call, Pairs, 1, 1000),
            Limit = EvalOptions.InRange(call, Limit, 1, 1_000_000),
            Precision = EvalOptions.PrecisionOf(call),
        };
        ImageSource images = MatchImages.Open(call.GetRequiredValue(Images), call.GetValue(TestSplit));
        BackboneSource backbone = EvalOptions.Backbone(call);
        (bool json, ulong seed) = (call.GetValue(EvalOptions.Json), call.GetValue(EvalOptions.Seed));
        return () =>
        {
            (MatchScoreEvaluation evaluation, MatchScoreResult result) = FeatureDisplay.Show(json, progress =>
            {
                MatchScoreEvaluation score = new(images, options, progress);
                return (score, score.Evaluate(backbone, seed, stop));
            });
            if (result.Skipped.Count > 0)
            {
                (string file, string reason) = result.Skipped.Entries[0];
                Console.Error.WriteLine(Printable.Text(FormattableString.Invariant(
                    $"Note: {result.Skipped.Count:N0} of the images cannot be used and {(result.Skipped.Count == 1 ? "is" : "are")} left out: {file} ({reason}){(result.Skipped.Count > 1 ? ", …" : "")}.")));
            }

            if (json)
            {
                ShowJson();
            }
            else
            {
                Show();
            }

            return Verb.Done;

            void ShowJson() => FiguresDisplay.ShowJson(
                evaluation,
                backbone,
                seed,
                [new("matches", result.Matches), new("lowerBound", result.LowerBound), new("upperBound", result.UpperBound), new("exactMatches", result.ExactMatches), new("chance", result.Chance)],
                new
                {
                    images = result.Images,
                    positions = result.Positions,
                    skipped = result.Skipped.Count,
                    imagesFrom = call.GetRequiredValue(Images).Select(Path.GetFullPath),
                    testSplit = call.GetValue(TestSplit),
                    limit = options.Limit,
                    pairs = options.Pairs,
                    size = options.Size,
                    stride = options.Stride,
                    precision = call.GetRequiredValue(EvalOptions.PrecisionName),
                });

            void Show()
            {
                string interval = double.IsNaN(result.LowerBound) ? "-" : $"{FiguresDisplay.Percent(result.LowerBound)} to {FiguresDisplay.Percent(result.UpperBound)}";
                FiguresDisplay.ShowTable(
                    ["the nearest position of the other view is", "share", "95 % interval"],
                    [
                        ["within one position of the true place (matches)", FiguresDisplay.Percent(result.Matches), interval],
                        ["the very position of the true place (exact matches)", FiguresDisplay.Percent(result.ExactMatches), ""],
                        ["within one position, matched at random (chance)", FiguresDisplay.Percent(result.Chance), ""],
                    ]);
                Console.WriteLine(Printable.Text(FormattableString.Invariant(
                    $"{backbone.Name}, {options.Size} px, stride {options.Stride}: {result.Positions:N0} positions that both views of a pair show, {options.Pairs:N0} {(options.Pairs == 1 ? "pair" : "pairs")} of each of {result.Images:N0} {(result.Images == 1 ? "image" : "images")}; seed {seed}.")));
            }
        };
    }
}
