using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Reports.TensorBoard;
using DenseCL.Training;
using DenseCL.Transfer.Protocols;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl pretrain</c>: the main command.</summary>
internal static class PretrainCommand
{
    private static readonly Option<string[]> Images = new("--images")
    {
        Description =
            "The images: a folder (with all below it), a list (.txt, one path a line), a COCO or ImageNet folder, "
            + "COCO annotations (.json), a pack or tars; may be given several times.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> Out = new("--out") { Description = "The run folder.", HelpName = "RUN", Required = true };

    private static readonly Option<string?> RecipeName = new("--recipe")
    {
        Description =
            $"A shipped recipe ({string.Join(", ", RecipeReader.Shipped)}) or a YAML file. Default: small; with --resume the run's own.",
        HelpName = "NAME|FILE",
        CompletionSources = { _ => Completions.Of(RecipeReader.Shipped) },
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "A setting that differs from the recipe, such as optim.epochs=50; may be given several times.",
        HelpName = "key=value",
        CompletionSources = { Completions.OfSettings },
    };

    private static readonly Option<string?> Weights = new("--weights")
    {
        Description =
            "Start from these weights instead of random ones: "
            + "a run folder, or a file of PyTorch, safetensors, Detectron2 or ONNX, "
            + "with the tensor names of any program that docs/weights.md lists (model.weights).",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Partial = new("--partial")
    {
        Description = "With --weights: parts of the backbone that the file lacks start from random numbers (model.partial).",
    };

    private static readonly Option<string?> Resume = new Option<string?>("--resume")
    {
        Description =
            "Continue the run in RUN exactly from its last checkpoint. With 'auto': if there is one, and start it otherwise, "
            + "for a service that restarts.",
        HelpName = "auto",
        Arity = ArgumentArity.ZeroOrOne,
    }.AcceptOnlyFromAmong("auto");

    private static readonly Option<bool> TensorBoard = new("--tensorboard")
    {
        Description = "Write event files too: tensorboard --logdir RUN then shows curves, weights and matches. A resumed run goes on with them.",
    };

    public static Command Create() =>
        new Command(
            "pretrain",
            "Pre-trains a backbone on unlabelled images. RUN/backbone.safetensors is the product, "
            + "RUN/metrics.jsonl the log of the training."
        )
        {
            Images,
            Out,
            RecipeName,
            Set,
            Weights,
            Partial,
            Resume,
            TensorBoard,
        }.Does(
            """
            densecl pretrain --images photos --out run --set optim.epochs=50
            densecl pretrain --images photos --out run --resume                   after an interruption
            densecl pretrain --images photos --out run --resume auto              starts, or continues if it was started before
            densecl pretrain --images photos --out run --resume --set optim.epochs=80       longer than it was to be
            densecl pretrain --images photos --out run --weights moco.pth         from published weights
            densecl pretrain --images train2017 --out run --recipe densecl-coco-r50
            """,
            Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        string path = call.GetRequiredValue(Out);
        bool resume = call.GetResult(Resume) is { Implicit: false } && (call.GetValue(Resume) is null || RunFolder.HasRun(path));
        string recipeName = call.GetValue(RecipeName) ?? (resume ? Path.GetFullPath(Path.Combine(path, "recipe.yaml")) : "small");
        RunFolder folder = RunFolder.Open(path, resume);
        try
        {
            Recipe recipe = RecipeReader.Read(recipeName, [.. call.GetValue(Set) ?? [], .. Start(call)]);
            recipe.Validate();
            SkippedImages skipped = new();
            ImageSource source = Pretrainer.Usable(ImageSource.Open(call.GetRequiredValue(Images)), recipe.Data, skipped, folder, stop);
            recipe = Survey.Measured(recipe, source, stop);    // the probe reads its images as the training does
            var probe = OnlineProbe.Open(recipe, stop);     // before anything is written to the run folder: the probe's folder may be wrong
            Pretrainer pretrainer = new(recipe, source, skipped, folder, stop) { Probe = probe };
            Announce(pretrainer, source, skipped, stop);
            bool events = call.GetValue(TensorBoard) || TensorBoardLog.IsIn(folder);
            return () =>
            {
                using (folder)
                using (pretrainer)
                using (TensorBoardLog? log = events ? new(folder, pretrainer.Step, source, pretrainer.Recipe.Data.Size) : null)
                {
                    return Train(pretrainer, folder, skipped, log, stop);
                }
            };
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static IEnumerable<string> Start(ParseResult call)
    {
        if (call.GetValue(Weights) is { } weights)
        {
            yield return $"model.weights='{weights.Replace("'", "''", StringComparison.Ordinal)}'";
        }

        if (call.GetValue(Partial))
        {
            yield return "model.partial=true";
        }
    }

    private static void Announce(Pretrainer pretrainer, ImageSource source, SkippedImages skipped, CancellationToken stop)
    {
        Recipe recipe = pretrainer.Recipe;
        Console.WriteLine(Printable.Text(source.Description));
        if (skipped.Count > 0)
        {
            Console.WriteLine($"{skipped.Count} of them cannot be used and are left out; skipped.jsonl in the run folder says why.");
        }

        Console.WriteLine(
            FormattableString.Invariant(
                $"{(recipe.Method.Lambda > 0 ? "DenseCL" : "MoCo-v2")}, {BackboneCatalogue.Of(recipe.Model.Backbone).Name} at {recipe.Data.Size} px: {recipe.Optim.Epochs} epochs of {pretrainer.Steps / recipe.Optim.Epochs} steps of {recipe.Optim.Batch} images; queue {recipe.Method.Queue}, key momentum {recipe.Method.KeyMomentum}."
            ));
        foreach (string warning in recipe.Warnings)
        {
            Console.WriteLine($"Note: {warning}");
        }

        if (recipe.Data.Depth.IsAuto && DepthSurvey.Of(source, ImageLimits.Of(recipe.Data), stop).Note is { } note)
        {
            Console.WriteLine($"Note: {note}");
        }

        if (Survey.ChannelNote(recipe, source, stop) is { } more)
        {
            Console.WriteLine($"Note: {more}");
        }

        if (pretrainer.StartedFrom is { } report)
        {
            LoadReportDisplay.Show(report);
        }

        foreach (string damage in pretrainer.Damaged)
        {
            Console.WriteLine($"Note: {Printable.Text(damage)} It is kept with the ending .damaged, and the run continues from the one before.");
        }

        if (pretrainer.EpochsBefore is { } before)
        {
            OptimOptions optim = recipe.Optim;
            double now = LearningRate.At(optim, pretrainer.Step, pretrainer.StepsPerEpoch);
            double then = LearningRate.At(optim with { Epochs = before }, pretrainer.Step, pretrainer.StepsPerEpoch);
            Console.WriteLine(
                FormattableString.Invariant(
                    $"Note: optim.epochs grows from {before} to {optim.Epochs}. The schedule is that of {optim.Epochs} epochs from here on: the next step has learning rate {now:G3} instead of {then:G3}. The steps before keep theirs."
                ));
        }

        if (pretrainer.Step == pretrainer.Steps)
        {
            Console.WriteLine($"The run is complete: all {pretrainer.Steps} steps are done.");
        }
        else if (pretrainer.Step > 0)
        {
            Console.WriteLine($"Continuing after step {pretrainer.Step} of {pretrainer.Steps}.");
        }
    }

    private static int Train(Pretrainer pretrainer, RunFolder folder, SkippedImages skipped, TensorBoardLog? log, CancellationToken stop)
    {
        bool complete = TrainingDisplay.Show(run: null, progress => pretrainer.Run(log?.Before(progress) ?? progress, stop));
        if (!complete)
        {
            Console.Error.WriteLine(
                $"Stopped after step {pretrainer.Step} of {pretrainer.Steps}; everything is saved. Continue with --resume.");
            return Verb.Failed;
        }

        if (skipped.Count > 0)
        {
            Console.WriteLine($"{skipped.Count} images could not be used: {folder.Skipped}");
        }

        Console.WriteLine($"Done: {folder.Backbone}");
        return Verb.Done;
    }
}
