using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Platform;
using DenseCL.Transfer.Segmentation.Models;
using DenseCL.Transfer.Segmentation.Prediction;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl predict</c>: a model applied to images.</summary>
internal static class PredictCommand
{
    private const int NamesShown = 10;

    private static readonly Option<string> Model = new("--model")
    {
        Description = "The folder that `densecl finetune segmentation` made, one of its files, or an ONNX file exported from it.",
        HelpName = "MODEL",
        Required = true,
    };

    private static readonly Option<string[]> Images = new("--images")
    {
        Description = "Folders, with all that is below them, and image files.",
        HelpName = "DIR|FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> Out = new("--out") { Description = "A new folder.", HelpName = "OUT", Required = true };

    private static readonly RecordOptions Records = new(typeof(PredictionOptions));

    public static Command Create()
    {
        Command command = new(
            "predict",
            "Finds the class of every pixel of images, of any size. docs/models.md describes the files.")
        {
            Model,
            Images,
            Out,
        };
        foreach (Option option in Records.All)
        {
            command.Options.Add(option);
        }

        command.Options.Add(JsonOutput.Option);
        return command.Does(
            """
            densecl predict --model model --images photos --out predicted
              predicted/masks/NAME.png       the number of the class of each pixel, with the classes' colours as palette
              predicted/overlays/NAME.png    the colours over the image
              predicted/areas.csv            pixels and share of each class in each image; areas.json has the same
            densecl predict --model model.onnx --images a.jpg b.jpg --confidence --polygons --out predicted
            densecl predict --model model --images aerial.png --scale 1 --out predicted       in tiles, at the image's own size
            """,
            Prepare);
    }

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        (string folder, bool json) = (call.GetRequiredValue(Out), call.GetValue(JsonOutput.Option));
        PredictionOptions options = Records.Read<PredictionOptions>(call);
        NewFolder.RefuseOccupied(folder);
        PredictionSource source = PredictionSource.Open(call.GetRequiredValue(Images));
        TorchRuntime.EnsureReady();
        SegmentationModel model = SegmentationModel.Open(call.GetRequiredValue(Model), options.State);
        Writable(folder);
        TextWriter say = json ? Console.Error : Console.Out;
        say.WriteLine(FormattableString.Invariant(
            $"{model.ClassNames.Count} classes; {source.Images.Count:N0} images."));
        return () =>
        {
            using (model)
            {
                PredictionSummary summary = EvaluationDisplay.Show(
                    say, progress => FolderPrediction.Write(model, source, folder, options, progress, stop));
                return Tell(call, model, options, folder, summary, json);
            }
        };
    }

    // A folder that cannot be made is a mistake in the call; it is found before any image is read.
    private static void Writable(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(folder);
            Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--out {folder} cannot be made ({e.Message}): choose a folder where files may be written.", e);
        }
    }

    private static int Tell(ParseResult call, SegmentationModel model, PredictionOptions options, string folder, PredictionSummary summary, bool json)
    {
        foreach ((string file, string reason) in summary.Skipped.Entries.Take(NamesShown))
        {
            Console.Error.WriteLine(Printable.Text($"Left out: {file}: {reason}"));
        }

        if (summary.Skipped.Count > NamesShown)
        {
            Console.Error.WriteLine(FormattableString.Invariant($"… and {summary.Skipped.Count - NamesShown:N0} more; skipped.jsonl has all."));
        }

        string path = Path.GetFullPath(folder);
        double speed = summary.Images.Count / summary.Time.TotalSeconds;
        long pixels = summary.Images.Sum(image => (long)image.Width * image.Height);
        if (json)
        {
            JsonOutput.Print(
                "predict",
                new { model = model.Path, images = call.GetRequiredValue(Images), @out = path, scale = options.Scale, tile = options.Tile, precision = options.Precision },
                new { images = summary.Images.Count, skipped = summary.Skipped.Count, pixels, seconds = summary.Time.TotalSeconds, imagesPerSecond = speed },
                ("stopped", summary.Stopped),
                ("classes", model.ClassNames.Select((name, k) => new { name, colour = model.Colours[k], pixels = summary.Images.Sum(image => image.Pixels[k]) })),
                ("skipped", summary.Skipped.Entries.Select(entry => new { file = entry.File, reason = entry.Reason })));
        }
        else
        {
            Console.WriteLine(FormattableString.Invariant(
                $"{summary.Images.Count:N0} images, {pixels / 1e6:N1} million pixels, {speed:F2} images/s; left out: {summary.Skipped.Count:N0}."));
            foreach ((int k, string name) in model.ClassNames.Index())
            {
                Console.WriteLine(Printable.Text(FormattableString.Invariant($"{100.0 * summary.Images.Sum(image => image.Pixels[k]) / pixels,5:F1} %  {name}")));
            }
        }

        if (summary.Stopped)
        {
            Console.Error.WriteLine($"Stopped. What is complete is in {path}.");
            return Verb.Failed;
        }

        if (!json)
        {
            Console.WriteLine($"Done: {path}");
        }

        return Verb.Done;
    }
}
