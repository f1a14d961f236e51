using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Cli.Options;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Linear;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl eval linear</c>: a linear classifier of whole images.</summary>
internal static class EvalLinearCommand
{
    private static readonly Option<string> Solver = new Option<string>("--solver")
    {
        Description = "lbfgs: to the only optimum, the penalty searched. sgd: for some epochs, the learning rate searched.",
        HelpName = "lbfgs|sgd",
        DefaultValueFactory = _ => "lbfgs",
    }.AcceptOnlyFromAmong("lbfgs", "sgd");

    private static readonly Option<int> Epochs = new("--epochs") { Description = "For --solver sgd: epochs.", HelpName = "N", DefaultValueFactory = _ => 100 };
    private static readonly Option<bool> Flip = new("--flip") { Description = "Take every training image mirrored, too: twice the time." };

    public static Command Create() => new Command(
        "linear",
        "Fits a linear classifier of whole images on the frozen, averaged features. What is searched is chosen on a tenth of the training images, never on the test.")
    {
        EvalOptions.Weights, EvalOptions.Untrained, ClassificationOptions.Data, ClassificationOptions.Train, ClassificationOptions.Test, ClassificationOptions.Size,
        Solver, Epochs, Flip, ClassificationOptions.Batch, ClassificationOptions.Threads, EvalOptions.Seed, EvalOptions.Json,
    }.Does(
        """
        densecl eval linear --weights run --data flowers
        densecl eval linear --weights run --data flowers --solver sgd --flip     nearer to how papers do it
        densecl eval linear --untrained resnet18 --train a --test b --json
        """,
        Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        LinearOptions options = new()
        {
            Solver = Enum.Parse<LinearSolver>(call.GetRequiredValue(Solver), ignoreCase: true),
            Epochs = EvalOptions.InRange(call, Epochs, 1, 10_000),
            Mirror = call.GetValue(Flip),
            Features = ClassificationOptions.Features(call),
        };
        (LabelledImages train, LabelledImages test) = ClassificationOptions.Images(call, ClassificationOptions.Data, stop);
        _ = new LinearEvaluation(train, test, options);     // says what is wrong before the weights are read
        BackboneSource backbone = EvalOptions.Backbone(call);
        (bool json, ulong seed) = (call.GetValue(EvalOptions.Json), call.GetValue(EvalOptions.Seed));
        return () =>
        {
            (LinearEvaluation evaluation, var figures) = FeatureDisplay.Show(json, progress =>
            {
                LinearEvaluation linear = new(train, test, options, progress);
                return (linear, linear.Measure(backbone, seed, stop));
            });
            bool sgd = options.Solver == LinearSolver.Sgd;
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
                    solver = options.Solver.ToString().ToLowerInvariant(),
                    searched = sgd ? options.LearningRates : options.Penalties,
                    validationShare = options.ValidationShare,
                    epochs = sgd ? options.Epochs : (int?)null,
                    batch = sgd ? options.Batch : (int?)null,
                    flip = options.Mirror,
                });
                return Verb.Done;
            }

            Dictionary<string, double> shares = new(figures, StringComparer.Ordinal);
            string chosen = sgd ? "learningRate" : "penalty";
            FiguresDisplay.ShowTable(["top-1", "top-5", "top-1, held out of training", sgd ? "learning rate" : "penalty"], [
                [FiguresDisplay.Percent(shares["top1"]), shares.TryGetValue("top5", out double top5) ? FiguresDisplay.Percent(top5) : "", FiguresDisplay.Percent(shares["validation.top1"]), FiguresDisplay.Number(shares[chosen])],
            ]);
            Console.WriteLine(Printable.Text(FormattableString.Invariant(
                $"{backbone.Name}, {options.Features.Size} px: fitted on {train.Entries.Count:N0} images of {train.ClassNames.Count:N0} classes, tested on {test.Entries.Count:N0}; seed {seed}.")));
            return Verb.Done;
        };
    }
}
