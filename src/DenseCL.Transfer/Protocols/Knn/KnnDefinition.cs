using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Transfer.Protocols.Knn;

/// <summary>The definition of <see cref="KnnEvaluation"/>.</summary>
internal sealed class KnnDefinition : EvaluationDefinition<KnnOptions>
{
    /// <inheritdoc/>
    public override string Name => "knn";

    /// <inheritdoc/>
    public override string Asks => "what whole images are, by their nearest neighbours: nothing is trained";

    /// <inheritdoc/>
    public override string Summary =>
        "Classifies images by their nearest neighbours in the frozen features (Wu et al. 2018). Nothing is trained: "
        + "the quickest look at a backbone.";

    /// <inheritdoc/>
    public override string Examples =>
        """
        densecl eval knn --weights run --data flowers
          flowers/train/CLASS/…   images that vote
          flowers/val/CLASS/…     images that are classified
        densecl eval knn --untrained resnet18 --data flowers        what the network is worth before any training
        densecl eval knn --weights moco.pth --train a --test b --size 96 --neighbours 10,20 --json
        """;

    /// <inheritdoc/>
    public override EvaluationData Data => EvaluationData.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new("top1.k{N}", FigureUnit.Share, "images for which the class with the most votes of N neighbours is right"),
        new("top5.k{N}", FigureUnit.Share, "images whose class is among the five with the most votes; only with more than five classes"),
    ];

    /// <inheritdoc/>
    protected override IEvaluation Make(KnnOptions options, EvaluationInput input)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(input);
        (SingleLabelImages train, SingleLabelImages test) = input.Classes();
        if (options.Neighbours.Max() > train.Entries.Count)
        {
            input.Warn($"{options.Neighbours.Max()} neighbours are requested, and there are {train.Entries.Count} images: no more than these vote.");
        }

        return new KnnEvaluation(train, test, options);
    }
}
