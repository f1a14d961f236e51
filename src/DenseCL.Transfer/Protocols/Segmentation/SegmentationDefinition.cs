using DenseCL.Transfer.Protocols.Definitions;
using DenseCL.Transfer.Segmentation;

namespace DenseCL.Transfer.Protocols.Segmentation;

/// <summary>The definition of <see cref="SegmentationEvaluation"/>.</summary>
internal sealed class SegmentationDefinition : EvaluationDefinition<SegmentationOptions>
{
    /// <inheritdoc/>
    public override string Name => "segmentation";

    /// <inheritdoc/>
    public override string Asks => "what a network fine-tuned from it reaches: the paper's protocol; minutes to days";

    /// <inheritdoc/>
    public override string Summary =>
        "Fine-tunes a fully convolutional network (FCN) on labelled images and measures mIoU on others, as the paper does.";

    /// <inheritdoc/>
    public override string Examples =>
        """
            densecl eval segmentation --weights run --data camvid --test-split val
            densecl eval segmentation --untrained resnet18 --data camvid --test-split val         to compare with
            densecl eval segmentation --weights run --data camvid --labelled 50 --frozen --out result       metrics.json, classes.csv, confusion.csv
            densecl eval segmentation --weights backbone.pth --data VOCdevkit --recipe fcn-r50-voc
            """;

    /// <inheritdoc/>
    public override EvaluationData Data => EvaluationData.Masks;

    /// <inheritdoc/>
    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new("meanIoU", FigureUnit.Share, "mean over the classes of intersection over union (mIoU), of all pixels") { Older = "mIoU" },
        new("pixelAccuracy", FigureUnit.Share, "pixels whose class is right"),
        new("meanAccuracy", FigureUnit.Share, "mean over the classes of the share of their pixels that are right"),
    ];

    /// <inheritdoc/>
    public override bool TakesSettings => true;

    internal override Type Further => typeof(SegmentationPlan);

    /// <inheritdoc/>
    protected override SegmentationOptions Defaults(EvaluationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        HeadKind head = input.Options.Find("head")?.Value.IsPlain("fpn") == true ? HeadKind.Fpn : HeadKind.Fcn;
        string recipe = input.Options.Read<SegmentationPlan>().Recipe ?? SegmentationRecipes.UsualFor(head);
        input.Note("recipe", recipe);
        return SegmentationRecipes.Read(recipe);
    }

    /// <inheritdoc/>
    protected override IEvaluation Make(SegmentationOptions options, EvaluationInput input)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(input);
        string? predictions = input.Options.Read<SegmentationPlan>().Predictions;
        input.Say(
            $"{options.InWords}."
        );
        return input.Masks(options.Labelled, data => new SegmentationEvaluation(data, options)
        {
            Predictions = predictions is not null && data.Fold is { } fold
                ? Path.Combine(predictions, FormattableString.Invariant($"fold-{fold}"))
                : predictions,
        });
    }
}
