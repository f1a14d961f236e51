using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Transfer.Protocols.DenseProbe;

/// <summary>The definition of <see cref="DenseProbeEvaluation"/>.</summary>
internal sealed class DenseProbeDefinition : EvaluationDefinition<DenseProbeOptions>
{
    /// <inheritdoc/>
    public override string Name => "dense-probe";

    /// <inheritdoc/>
    public override string Asks => "what single positions of the frozen map know: the cheapest sound test; a minute or two";

    /// <inheritdoc/>
    public override string Summary =>
        "Fits a linear classifier to single positions of the frozen feature map and measures mIoU: "
        + "the cheapest sound test for dense prediction.";

    /// <inheritdoc/>
    public override string Examples =>
        """
        densecl eval dense-probe --weights run --data camvid --test-split val
        densecl eval dense-probe --untrained resnet18 --data camvid --test-split val      what the network is worth before any training
        densecl eval dense-probe --weights run --data mine --test-data mine-held-out --labelled 50 --short-side 240
        densecl eval dense-probe --weights run --data mine --map 255=1 --labelled-only --folds 5     masks of 0 and 255, no splits
          mine/images/a.jpg     an image
          mine/masks/a.png      its mask: the number of a class for each pixel, 255 where none counts
          mine/classes.txt      the names of the classes, one a line, if they are to have any
        """;

    /// <inheritdoc/>
    public override EvaluationData Data => EvaluationData.Masks;

    /// <inheritdoc/>
    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new("meanIoU", FigureUnit.Share, "mean over the classes of intersection over union (mIoU), of all pixels"),
        new("pixelAccuracy", FigureUnit.Share, "pixels whose class is right"),
    ];

    /// <inheritdoc/>
    protected override IEvaluation Make(DenseProbeOptions options, EvaluationInput input)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(input);
        return input.Masks(options.Labelled, data => new DenseProbeEvaluation(data, options));
    }
}
