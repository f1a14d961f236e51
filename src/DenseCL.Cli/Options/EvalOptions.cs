using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Transfer.Features;
using DenseCL.Weights;

namespace DenseCL.Cli.Options;

/// <summary>The common options of all <c>densecl eval</c> verbs: the weights, the seed, and the form of the report.</summary>
internal static class EvalOptions
{
    public static readonly Option<string?> Weights = new("--weights")
    {
        Description =
            "The weights to evaluate: a run folder, or a file of PyTorch, safetensors, Detectron2 or ONNX, "
            + "with the tensor names of any program that docs/weights.md lists.",
        HelpName = "FILE",
    };

    public static readonly Option<string?> Untrained = new("--untrained")
    {
        Description = $"Evaluate instead the random weights from which a pre-training starts: {BackboneCatalogue.Names}.",
        HelpName = "ARCH",
        CompletionSources = { _ => Completions.OfBackbones },
    };

    public static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "The seed of all random numbers.",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    public static readonly Option<string?> Out = new("--out")
    {
        Description = "A new folder for metrics.json and the other files of the evaluation.",
        HelpName = "DIR",
    };

    /// <summary>Opens the weights that a call names, and prints what was found in them.</summary>
    /// <param name="call">The call.</param>
    /// <param name="quiet">Whether standard output is for one JSON object.</param>
    /// <param name="seed">The seed of <see cref="Untrained"/>; null for <see cref="Seed"/>.</param>
    public static BackboneSource Backbone(ParseResult call, bool quiet, ulong? seed = null)
    {
        (string? weights, string? untrained) = (call.GetValue(Weights), call.GetValue(Untrained));
        if (weights is null == untrained is null)
        {
            throw new WeightFileException(weights is null
                ? "Which weights? Give --weights FILE, or --untrained resnet18 for a network that was not trained."
                : "--weights and --untrained were both given: one network is evaluated at a time.");
        }

        TorchRuntime.EnsureReady();
        if (untrained is not null)
        {
            return BackboneSource.Untrained(Architecture(untrained), seed ?? call.GetValue(Seed));
        }

        BackboneSource source = BackboneSource.Open(weights!);
        if (source.Report is { } report && !quiet)
        {
            LoadReportDisplay.Show(report);
            if (source.NormalisationIsAssumed)
            {
                Console.WriteLine(
                    "Note: the file does not say with which mean and standard deviation its images were normalised; ImageNet's are used.");
            }
        }

        return source;
    }

    private static BackboneKind Architecture(string name) =>
        BackboneCatalogue.Named(name)?.Kind
        ?? throw new WeightFileException(
            $"--untrained is '{name}': choose {string.Join(", ", BackboneCatalogue.All.Select(entry => entry.Name))}.");
}
