using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.DenseProbe;
using DenseCL.Transfer.Protocols.Knn;
using DenseCL.Transfer.Protocols.Linear;
using DenseCL.Transfer.Protocols.MatchScore;
using DenseCL.Transfer.Protocols.Segmentation;
using DenseCL.Transfer.Protocols.Svm;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Cli;

/// <summary>The evaluations that an ablation file may name: the one place to register them.</summary>
internal static class Evaluations
{
    public static EvaluationKinds Kinds { get; } = new()
    {
        { "dense-probe", DenseProbe },
        { "segmentation", Segmentation },
        { "knn", Knn },
        { "linear", Linear },
        { "svm", Svm },
        { "match-score", MatchScore },
    };

    private static DenseProbeEvaluation DenseProbe(string data, EvaluationOptions options) => new(
        SegmentationData.Open(data, options.Read<SegmentationDataOptions>()),
        options.Read<DenseProbeOptions>() with { Probe = options.Read<LogisticRegressionOptions>() });

    private static SegmentationEvaluation Segmentation(string data, EvaluationOptions options)
    {
        SegmentationOptions recipe = SegmentationRecipes.Read(options.Read<Named>().Recipe);
        return new SegmentationEvaluation(SegmentationData.Open(data, options.Read<SegmentationDataOptions>()), options.Read(recipe));
    }

    private static KnnEvaluation Knn(string data, EvaluationOptions options)
    {
        (LabelledImages train, LabelledImages test) = LabelledImages.Open(data);
        return new KnnEvaluation(train, test, options.Read<KnnOptions>() with { Features = options.Read<FeatureOptions>() });
    }

    private static LinearEvaluation Linear(string data, EvaluationOptions options)
    {
        (LabelledImages train, LabelledImages test) = LabelledImages.Open(data);
        return new LinearEvaluation(train, test, options.Read<LinearOptions>() with { Features = options.Read<FeatureOptions>() });
    }

    private static SvmEvaluation Svm(string data, EvaluationOptions options)
    {
        (MultiLabelImages train, MultiLabelImages test) = MultiLabelImages.Open(data);
        return new SvmEvaluation(train, test, options.Read<SvmOptions>() with { Features = options.Read<FeatureOptions>() });
    }

    private static MatchScoreEvaluation MatchScore(string data, EvaluationOptions options)
    {
        Matched matched = options.Read<Matched>();
        return new MatchScoreEvaluation(MatchImages.Open(matched.Images ?? data, matched.TestSplit), options.Read<MatchScoreOptions>());
    }

    /// <summary>Where the images that views are matched of come from; null for the data of the ablation.</summary>
    private sealed record Matched
    {
        public string? Images { get; init; }

        public string? TestSplit { get; init; }
    }

    /// <summary>The recipe that an evaluation's other options change.</summary>
    private sealed record Named
    {
        public string Recipe { get; init; } = "fcn-small";
    }
}
