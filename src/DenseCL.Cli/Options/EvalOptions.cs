using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Data;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Transfer.Features;
using DenseCL.Weights;

namespace DenseCL.Cli.Options;

/// <summary>What every <c>densecl eval</c> verb is told: which weights, the seed, how to report.</summary>
internal static class EvalOptions
{
    public static readonly Option<string?> Weights = new("--weights")
    {
        Description = "The weights to judge: a run folder, or a file of PyTorch, safetensors, Detectron2 or ONNX, under whose names ever.",
        HelpName = "FILE",
    };

    public static readonly Option<string?> Untrained = new("--untrained")
    {
        Description = $"Judge the network as a pre-training starts from it, instead: {BackboneCatalogue.Names}.",
        HelpName = "ARCH",
    };

    public static readonly Option<ulong> Seed = new("--seed") { Description = "From which everything random is derived.", HelpName = "N", DefaultValueFactory = _ => 0 };
    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object, with all settings, and nothing else." };

    public static readonly Option<string> PrecisionName = new Option<string>("--precision")
    {
        Description = "The numbers that features are computed with: auto (bf16 where the processor multiplies it), fp32 or bf16.",
        HelpName = "PRECISION",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong([.. Enum.GetNames<Precision>().Select(name => name.ToLowerInvariant())]);

    /// <summary>Opens the weights that a call names, and says what was found in them.</summary>
    public static BackboneSource Backbone(ParseResult call)
    {
        (string? weights, string? untrained) = (call.GetValue(Weights), call.GetValue(Untrained));
        if (weights is null == untrained is null)
        {
            throw new WeightFileException(weights is null
                ? "Which weights? Give --weights FILE, or --untrained resnet18 for a network that was not trained."
                : "--weights and --untrained were both given: one network is judged at a time.");
        }

        TorchRuntime.EnsureReady();
        if (untrained is not null)
        {
            return BackboneSource.Untrained(Architecture(untrained), call.GetValue(Seed));
        }

        BackboneSource source = BackboneSource.Open(weights!);
        if (source.Report is { } report && !call.GetValue(Json))
        {
            LoadReportDisplay.Show(report);
            if (source.NormalisationIsAssumed)
            {
                Console.WriteLine("Note: the file does not say by which mean and standard deviation its images were normalised; ImageNet's are taken.");
            }
        }

        return source;
    }

    public static Precision PrecisionOf(ParseResult call) => Enum.Parse<Precision>(call.GetRequiredValue(PrecisionName), ignoreCase: true);

    /// <summary>The value of an option that is an output stride, 8, 16 or 32; another is refused by the option's name.</summary>
    public static int StrideOf(ParseResult call, Option<int> option) => call.GetRequiredValue(option) switch
    {
        int stride and (8 or 16 or Models.Backbones.Backbone.Stride) => stride,
        int stride => throw new DataException(FormattableString.Invariant($"{option.Name} is {stride}: choose 8, 16 or 32.")),
    };

    /// <summary>Refuses a number out of its range, by the name of its option.</summary>
    public static T InRange<T>(ParseResult call, Option<T> option, T low, T high)
        where T : IComparable<T>, IFormattable
    {
        T value = call.GetRequiredValue(option);
        return value.CompareTo(low) >= 0 && value.CompareTo(high) <= 0
            ? value
            : throw new DataException(FormattableString.Invariant($"{option.Name} is {value}: choose {low} to {high}."));
    }

    private static BackboneKind Architecture(string name) => BackboneCatalogue.Named(name)?.Kind
        ?? throw new WeightFileException($"--untrained is '{name}': choose {string.Join(", ", BackboneCatalogue.All.Select(entry => entry.Name))}.");
}
