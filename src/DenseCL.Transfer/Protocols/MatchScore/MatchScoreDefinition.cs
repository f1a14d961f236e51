using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>The definition of <see cref="MatchScoreEvaluation"/>.</summary>
internal sealed class MatchScoreDefinition : EvaluationDefinition<MatchScoreOptions>
{
    /// <inheritdoc/>
    public override string Name => "match-score";

    /// <inheritdoc/>
    public override string Asks => "whether positions of one view find their place in another: what dense learning teaches; a minute";

    /// <inheritdoc/>
    public override string Summary =>
        "Measures what dense learning teaches, without labels: how many positions of one view of an image "
        + "find the same place in another view by their frozen features.";

    /// <inheritdoc/>
    public override string Examples =>
        """
        densecl match-score --weights run --images photos
        densecl match-score --untrained resnet18 --images photos        what the network is worth before any training
          A view is a crop of 0.3 to 1 of the image's area, of an aspect from 3/4 to 4/3, mirrored half the time, resized to --size; colours
          stay as they are. Each position of the first view that the second one shows, too, is matched with the position there whose
          features are nearest by cosine. It is right if it lies within one position of the true place, in both directions.
          Compare figures with the same images, seed, size and stride: they are then of the same views.
        """;

    /// <inheritdoc/>
    public override EvaluationData Data => EvaluationData.Images;

    /// <inheritdoc/>
    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new("matches", FigureUnit.Share, "positions whose match lies within one cell of the true place"),
        new("lowerBound", FigureUnit.Share, "the lower end of the 95 % confidence interval of matches, for other images of the same kind"),
        new("upperBound", FigureUnit.Share, "its upper end"),
        new("exactMatches", FigureUnit.Share, "positions whose match is exactly the cell of the true place"),
        new("chance", FigureUnit.Share, "the average of matches if every position is matched at random"),
    ];

    /// <inheritdoc/>
    protected override IEvaluation Make(MatchScoreOptions options, EvaluationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MatchScoreEvaluation(input.Images(), options);
    }
}
