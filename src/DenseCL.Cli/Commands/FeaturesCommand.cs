using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Reports.FeatureFiles;
using DenseCL.Transfer.Features;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl features DIR</c>: the features of images for other programs.</summary>
internal static class FeaturesCommand
{
    private const int NamesShown = 10;

    private static readonly Argument<string[]> Images = new("DIR")
    {
        Description = "The images: as for pretrain; several are read one after the other.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "The file to make: F.safetensors, F.npy or F.parquet; or a new folder, for the formats projector and pca.",
        HelpName = "F",
        Required = true,
    };

    private static readonly Option<string?> Format = new Option<string?>("--format")
    {
        Description = "The format: safetensors, npy, parquet, projector or pca. Default: by the ending of F.",
        HelpName = "FORMAT",
    }.AcceptOnlyFromAmong([.. Enum.GetNames<FeatureFormat>().Select(name => name.ToLowerInvariant())]);

    private static readonly Option<bool> Dense = new("--dense")
    {
        Description = "A vector for each position of the image's feature map, instead of one for the image.",
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replace the file if it exists." };

    private static readonly RecordOptions Settings = new(typeof(FeatureOptions), typeof(FeatureMapOptions));

    public static Command Create()
    {
        Command command = new(
            "features",
            "Writes the features of images: for numpy, PyTorch, Embedding Atlas, TensorBoard's projector, or as pictures. "
            + "docs/features.md describes each format.")
        {
            Images, EvalOptions.Weights, EvalOptions.Untrained, Out, Format, Dense,
        };
        foreach (Option option in (IEnumerable<Option>)[.. Settings.All, Force, EvalOptions.Seed, JsonOutput.Option])
        {
            command.Options.Add(option);
        }

        return command.Does(
            """
            densecl features photos --weights run --out photos.parquet
              One vector for each image, in the order in which people count (2 before 10). Then, for example:
              embedding-atlas photos.parquet --vector vector --image image
            densecl features photos --weights run --out maps.safetensors --dense --stride 8
            densecl features photos --weights run --out projector --format projector
            densecl features photos --weights run --out pictures --format pca      feature maps as colours
            """,
            Prepare);
    }

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        string path = call.GetRequiredValue(Out);
        FeatureFormat format = FormatOf(call, path);
        bool dense = call.GetValue(Dense) || FeatureExport.NeedsMaps(format), json = call.GetValue(JsonOutput.Option);
        if (dense)
        {
            Settings.RefuseOthers(call, "for one vector of each image, and this call asks for feature maps", typeof(FeatureMapOptions));
        }
        else
        {
            Settings.RefuseOthers(call, "for feature maps: add --dense", typeof(FeatureOptions));
        }

        FeatureMapOptions? maps = dense ? Settings.Read<FeatureMapOptions>(call) : null;
        FeatureOptions pooled = dense ? new() : Settings.Read<FeatureOptions>(call);
        FeatureExport.Refuse(path, format, call.GetValue(Force));
        ImageSource images = ImageSource.Open(call.GetRequiredValue(Images));
        TextWriter say = json ? Console.Error : Console.Out;
        say.WriteLine(Printable.Text(images.Description));
        BackboneSource weights = EvalOptions.Backbone(call, json);
        return () =>
        {
            SkippedImages skipped = new();
            (long count, long vectors, int channels) = EvaluationDisplay.Show(say, progress => FeatureExport.Write(
                path, format, weights, images, pooled, maps, skipped, progress, stop));
            foreach ((string file, string reason) in skipped.Entries.Take(NamesShown))
            {
                Console.Error.WriteLine(Printable.Text($"Left out: {file}: {reason}"));
            }

            if (skipped.Count > NamesShown)
            {
                Console.Error.WriteLine(FormattableString.Invariant($"… and {skipped.Count - NamesShown:N0} more; all are in the list beside the features."));
            }

            if (json)
            {
                JsonOutput.Print(
                    "features",
                    new { weights = weights.Name, images = images.Root, format, dense, @out = Path.GetFullPath(path) },
                    new { images = count, vectors, channels, skipped = skipped.Count },
                    ("skipped", skipped.Entries.Select(entry => new { file = entry.File, reason = entry.Reason })));
            }
            else
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"{count:N0} images, {vectors:N0} vectors of {channels:N0} numbers; images left out: {skipped.Count:N0}."));
                Console.WriteLine(Printable.Text($"Done: {Path.GetFullPath(path)}"));
            }

            return Verb.Done;
        };
    }

    private static FeatureFormat FormatOf(ParseResult call, string path) => call.GetValue(Format) is { } word
        ? Enum.Parse<FeatureFormat>(word, ignoreCase: true)
        : FeatureExport.FormatOf(path) ?? throw new DataException(
            $"--out {path} does not end in .safetensors, .npy or .parquet: name the format with --format, or give the file such an ending.");
}
