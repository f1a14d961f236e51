using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Transfer.Protocols.Linear;

/// <summary>What is said of <see cref="LinearEvaluation"/> once.</summary>
internal sealed class LinearDefinition : EvaluationDefinition<LinearOptions>
{
    /// <inheritdoc/>
    public override string Name => "linear";

    /// <inheritdoc/>
    public override string Asks => "what whole images are, to a linear classifier";

    /// <inheritdoc/>
    public override string Summary =>
        "Fits a linear classifier of whole images on the frozen, averaged features. What is searched is chosen on a tenth of the training images, never on the test.";

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
        new("top1", FigureUnit.Share, "images of which the most probable class is right"),
        new("top5", FigureUnit.Share, "images of which the class is among the five most probable, with more than five classes"),
        new("validation.top1", FigureUnit.Share, "the same as top1 of the images that the choice was made on"),
        new("penalty", FigureUnit.Number, "λ that was chosen, with the solver lbfgs"),
        new("learningRate", FigureUnit.Number, "the rate that was chosen, with the solver sgd"),
    ];

    /// <inheritdoc/>
    protected override IEvaluation Make(LinearOptions options, EvaluationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        (LabelledImages train, LabelledImages test) = input.Classes();
        return new LinearEvaluation(train, test, options);
    }
}
