using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Transfer.Protocols.Linear;

/// <summary>The definition of <see cref="LinearEvaluation"/>.</summary>
internal sealed class LinearDefinition : EvaluationDefinition<LinearOptions>
{
    /// <inheritdoc/>
    public override string Name => "linear";

    /// <inheritdoc/>
    public override string Asks => "what whole images are, to a linear classifier";

    /// <inheritdoc/>
    public override string Summary =>
        "Fits a linear classifier of whole images on the frozen, averaged features. "
        + "What is searched is chosen on a tenth of the training images, never on the test.";

    /// <inheritdoc/>
    public override string Examples =>
        """
        densecl eval linear --weights run --data flowers
        densecl eval linear --weights run --data flowers --solver sgd --flip     nearer to how papers do it
        densecl eval linear --untrained resnet18 --train a --test b --json
        """;

    /// <inheritdoc/>
    public override EvaluationData Data => EvaluationData.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new("top1", FigureUnit.Share, "images for which the most probable class is right"),
        new("top5", FigureUnit.Share, "images whose class is among the five most probable; only with more than five classes"),
        new("validation.top1", FigureUnit.Share, "top1 of the images on which the choice was made"),
        new("penalty", FigureUnit.Number, "the chosen λ, with the solver lbfgs"),
        new("learningRate", FigureUnit.Number, "the chosen rate, with the solver sgd"),
    ];

    /// <inheritdoc/>
    protected override IEvaluation Make(LinearOptions options, EvaluationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        (SingleLabelImages train, SingleLabelImages test) = input.Classes();
        return new LinearEvaluation(train, test, options);
    }
}
