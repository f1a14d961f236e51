using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Data;
using DenseCL.Reports.Pictures;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Matching;
using DenseCL.Transfer.Protocols.MatchScore;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl match A B</c>: which positions of one image correspond to which of another, as figures and as a picture.</summary>
internal static class MatchCommand
{
    private static readonly Argument<string> First = new("A") { Description = "An image; or, without B, an image or a folder of images." };

    private static readonly Argument<string?> Second = new("B")
    {
        Description = "The other image. Without it, two views of each image are matched, as match-score does.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Out = new("--out") { Description = "The picture to make, .png or .svg.", HelpName = "F.png|F.svg" };

    private static readonly Option<int> Rows = new("--rows")
    {
        Description = "For two views: how many pairs the picture shows, one for each image.",
        HelpName = "N",
        DefaultValueFactory = _ => 4,
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replace the picture if it exists." };

    private static readonly RecordOptions Settings = new(typeof(MatchFilter), typeof(FeatureMapOptions), typeof(MatchScoreOptions));

    public static Command Create()
    {
        Command command = new(
            "match",
            "Matches the positions of two images by their frozen features, and draws the matches; "
            + "or matches two views of each image, and says how many matches are right.")
        {
            First, Second, EvalOptions.Weights, EvalOptions.Untrained, Out,
        };
        foreach (Option option in (IEnumerable<Option>)[.. Settings.All, Rows, Force, EvalOptions.Seed, JsonOutput.Option])
        {
            command.Options.Add(option);
        }

        return command.Does(
            """
            densecl match cat1.jpg cat2.jpg --weights run --out cats.svg --mutual --best 40
            densecl match cat1.jpg cat2.jpg --untrained resnet18 --out before.png      what the network sees before any training
            densecl match photos --weights run --out views.png                         views with known places: green lines are right
              The figures of views are those of match-score, of all matches; --mutual, --best and --threshold choose what is drawn.
            """,
            Prepare);
    }

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        string? picture = call.GetValue(Out);
        RefusePicture(picture, call.GetValue(Force));
        return call.GetValue(Second) is { } second
            ? PrepareImages(call, call.GetRequiredValue(First), second, picture)
            : PrepareViews(call, call.GetRequiredValue(First), picture, stop);
    }

    private static Func<int> PrepareImages(ParseResult call, string first, string second, string? picture)
    {
        Settings.RefuseOthers(call, "for two views of an image, and this call names two images", typeof(MatchFilter), typeof(FeatureMapOptions));
        MatchFilter filter = Settings.Read<MatchFilter>(call);
        FeatureMapOptions maps = Settings.Read<FeatureMapOptions>(call);
        foreach (string file in (string[])[first, second])
        {
            if (!File.Exists(file))
            {
                throw new DataException($"There is no image {Path.GetFullPath(file)}.");
            }
        }

        bool json = call.GetValue(JsonOutput.Option);
        BackboneSource weights = EvalOptions.Backbone(call, json);
        return () =>
        {
            ImageMatches matches = ImageMatches.Find(weights, first, second, maps, filter);
            if (picture is not null)
            {
                MatchPicture.Write(picture, matches, Lines(filter));
            }

            if (json)
            {
                PrintJson(weights, matches, maps, filter, picture);
            }
            else
            {
                Show(weights, matches);
                ShowPicture(picture);
            }

            return Verb.Done;
        };
    }

    private static Func<int> PrepareViews(ParseResult call, string images, string? picture, CancellationToken stop)
    {
        Settings.RefuseOthers(call, "for two images, and this call names one", typeof(MatchFilter), typeof(MatchScoreOptions));
        MatchFilter filter = Settings.Read<MatchFilter>(call);
        MatchScoreOptions options = Settings.Read<MatchScoreOptions>(call);
        int rows = call.GetValue(Rows);
        if (rows is < 1 or > 100)
        {
            throw new DataException(FormattableString.Invariant($"--rows is {rows}: choose 1 to 100."));
        }

        MatchScoreEvaluation evaluation = new(MatchImages.Open(images), options);
        bool json = call.GetValue(JsonOutput.Option);
        ulong seed = call.GetValue(EvalOptions.Seed);
        BackboneSource weights = EvalOptions.Backbone(call, json);
        return () =>
        {
            List<MatchedViews> drawn = [];
            int pairs = 0, kept = 0, right = 0;
            MatchScoreResult result = EvaluationDisplay.Show(json ? Console.Error : Console.Out, progress => evaluation.Evaluate(
                weights, seed, stop, Keep, progress, filter));
            EvaluationReport report = evaluation.ReportOf(result, weights, seed);
            report = report with
            {
                Parts = [new("kept", new { positions = kept, right, share = EvaluationReport.Finite((double)right / kept) })],
            };
            if (picture is not null)
            {
                MatchPicture.Write(picture, drawn, Lines(filter));
            }

            foreach (string warning in report.Warnings)
            {
                Console.Error.WriteLine(Printable.Text($"Note: {warning}"));
            }

            if (json)
            {
                Console.Write(report.Json(evaluation.Name, weights, seed, SettingsOf(options, filter, images), "match"));
            }
            else
            {
                EvaluationDisplay.Show(report);
                if (filter != new MatchFilter())
                {
                    Console.WriteLine(FormattableString.Invariant(
                        $"Of the {kept:N0} matches that were kept and whose place both views show, {EvaluationReport.Percent((double)right / kept)} are right."));
                }

                ShowPicture(picture);
            }

            return Verb.Done;

            void Keep(MatchedViews views)
            {
                IReadOnlyList<bool?> verdicts = views.Verdicts;
                kept += verdicts.Count(verdict => verdict is not null);
                right += verdicts.Count(verdict => verdict == true);
                if (pairs++ % options.Pairs == 0 && drawn.Count < rows)
                {
                    drawn.Add(views);
                }
            }
        };
    }

    private static int Lines(MatchFilter filter) => filter.Best ?? MatchPicture.DefaultLines;

    private static void RefusePicture(string? picture, bool replace)
    {
        if (picture is null)
        {
            return;
        }

        string full = Path.GetFullPath(picture);
        if (Path.GetExtension(full).ToLowerInvariant() is not (".png" or ".svg"))
        {
            throw new DataException($"--out is '{picture}': give the picture a name that ends in .png or .svg.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(full)))
        {
            throw new DataException($"There is no folder {Path.GetDirectoryName(full)} for the picture: make it first, or choose another --out.");
        }

        if (Path.Exists(full) && !replace)
        {
            throw new DataException($"{full} exists already: choose another --out, or use --force to replace it.");
        }
    }

    private static void Show(BackboneSource weights, ImageMatches matches)
    {
        int positions = matches.First.Columns * matches.First.Rows;
        FiguresDisplay.ShowTable(
            ["figure", "value"],
            [
                ["positions of the first image", FormattableString.Invariant($"{positions:N0} ({matches.First.Columns} × {matches.First.Rows})")],
                ["mutual matches", EvaluationReport.Percent((double)matches.Mutual / positions)],
                ["matches kept", FormattableString.Invariant($"{matches.Matches.Count:N0}")],
                ["their mean similarity", matches.Matches.Count == 0 ? "-" : EvaluationReport.Number(matches.Matches.Average(match => match.Similarity))],
            ]);
        Console.WriteLine(Printable.Text($"{weights.Name}: {matches.First.Path} with {matches.Second.Path}."));
    }

    private static void ShowPicture(string? picture)
    {
        if (picture is not null)
        {
            Console.WriteLine(Printable.Text($"Done: {Path.GetFullPath(picture)}"));
        }
    }

    private static void PrintJson(BackboneSource weights, ImageMatches matches, FeatureMapOptions maps, MatchFilter filter, string? picture)
    {
        JsonOutput.Print(
            "match",
            new
            {
                weights = weights.Name,
                maps.Stride,
                stages = maps.AllStages ? "all" : "last",
                maps.ShortSide,
                filter.Mutual,
                filter.Best,
                filter.Threshold,
                @out = picture is null ? null : Path.GetFullPath(picture),
            },
            new
            {
                positions = matches.First.Columns * matches.First.Rows,
                matches.Mutual,
                kept = matches.Matches.Count,
                meanSimilarity = matches.Matches.Count == 0 ? null : (double?)matches.Matches.Average(match => match.Similarity),
            },
            ("first", Image(matches.First)),
            ("second", Image(matches.Second)),
            (
                "matches",
                matches.Matches.Select(match => new
                {
                    from = Place(matches.First, match.From),
                    to = Place(matches.Second, match.To),
                    similarity = Math.Round(match.Similarity, 6),
                    mutual = match.IsMutual,
                })));

        static object Image(MatchedImage image) =>
            new { path = image.Path, width = image.Width, height = image.Height, columns = image.Columns, rows = image.Rows };

        static double[] Place(MatchedImage image, int position)
        {
            (double x, double y) = image.CentreOf(position);
            return [Math.Round(x, 6), Math.Round(y, 6)];
        }
    }

    private static KeyValuePair<string, object?>[] SettingsOf(MatchScoreOptions options, MatchFilter filter, string images) =>
    [
        new("size", options.Size), new("stride", options.Stride), new("pairs", options.Pairs), new("limit", options.Limit),
        new("data", Path.GetFullPath(images)), new("mutual", filter.Mutual), new("best", filter.Best), new("threshold", filter.Threshold),
    ];
}
