using DenseCL.Data;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Transfer.Protocols.Svm;

/// <summary>The definition of <see cref="SvmEvaluation"/>.</summary>
internal sealed class SvmDefinition : EvaluationDefinition<SvmOptions>
{
    /// <inheritdoc/>
    public override string Name => "svm";

    /// <inheritdoc/>
    public override string Asks => "what whole images are, class by class, with all labels and with few";

    /// <inheritdoc/>
    public override string Summary =>
        "Fits a linear support vector machine for each class on the frozen, averaged features, "
        + "and reports the mean average precision (VOC07 and low-shot, Goyal et al. 2019).";

    /// <inheritdoc/>
    public override string Examples =>
        """
        densecl eval svm --weights run --data VOCdevkit
          VOCdevkit/VOC2007/ImageSets/Main/{trainval,test}.txt and CLASS_{trainval,test}.txt, VOCdevkit/VOC2007/JPEGImages
        densecl eval svm --weights run --data flowers --no-low-shot
        densecl eval svm --untrained resnet50 --data VOCdevkit --shots 1,8,64 --json
        """;

    /// <inheritdoc/>
    public override EvaluationData Data => EvaluationData.SeveralClasses;

    /// <inheritdoc/>
    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new("mAP", FigureUnit.Share, "mean over the classes of the average precision"),
        new("mAP.{N}.mean", FigureUnit.Share, "mAP with N positive images per class to learn from, mean over the samples"),
        new("mAP.{N}.sd", FigureUnit.Share, "its sample standard deviation"),
        new("mAP.{N}.low", FigureUnit.Share, "the lower end of the mean's 95 % confidence interval"),
        new("mAP.{N}.high", FigureUnit.Share, "its upper end"),
        new("ap.{CLASS}", FigureUnit.Share, "average precision of a class"),
        new("cost.{CLASS}", FigureUnit.Number, "the cost chosen for it"),
    ];

    /// <inheritdoc/>
    protected override IEvaluation Make(SvmOptions options, EvaluationInput input)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(input);
        (MultiLabelImages train, MultiLabelImages test) = input.SeveralClasses();
        SvmEvaluation evaluation = new(train, test, options);
        return
            input.Options.Find("shots") is { IsFromFile: false } asked
            && options.Shots.Except(evaluation.Shots).ToArray() is [var tooMany, ..]
            ? throw new DataException(
                FormattableString.Invariant(
                    $"{asked.Called} requests {tooMany} images of each class, but a class of {train.Root} has fewer: choose fewer."))
            : evaluation;
    }
}
