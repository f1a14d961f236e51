using DenseCL.Recipes.Settings;
namespace DenseCL.Recipes;

/// <summary>The network that learns (section <c>model</c> of a recipe).</summary>
public sealed record ModelOptions
{
    /// <summary>The backbone: the part that is kept after pre-training.</summary>
    /// <remarks>
    /// A step of resnet50 costs about 2.3 times the arithmetic of resnet18, and a step of resnet101 about 4.3 times, at the same image
    /// size.
    /// </remarks>
    /// <exception cref="RecipeException">The value has no name.</exception>
    public BackboneKind Backbone
    {
        get;
        init => field = Allowed.Defined("model.backbone", value);
    } = BackboneKind.Resnet50;

    /// <summary>The dimension D of the vectors that are compared; 8 … 4096.</summary>
    /// <remarks>
    /// The heads are discarded after pre-training. A greater dimension makes the queues and the loss slower in proportion and gains little.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int Embedding
    {
        get;
        init => field = Allowed.Between("model.embedding", value, 8, 4096, "Choose 128 as in the paper.");
    } = 128;

    /// <summary>Input pixels per position of the map that is learned from, along a side: 32, 16 or 8.</summary>
    /// <remarks>
    /// 16 and 8 turn the strides of the last one or two stages into dilation. The weights are the same, the map has 2 or 4 times as many
    /// positions along a side, and a step of a ResNet-18 costs about 1.7 or 5 times as much. At 32, small views have too few positions for
    /// the dense loss to teach places: 3 × 3 at 96 px. The paper uses 32 at 224 px.
    /// </remarks>
    /// <exception cref="RecipeException">The value is none of the three.</exception>
    [Later]
    public int OutputStride
    {
        get;
        init =>
            field = value is 8 or 16 or 32
                ? value
                : throw new RecipeException(
                    FormattableString.Invariant(
                        $"model.outputStride is {value}, but must be 8, 16 or 32. Choose 32 as in the paper, or 16 for views below 200 px.")
                );
    } = 32;

    /// <summary>The head between the backbone's map and the dense vectors that are compared.</summary>
    /// <remarks>
    /// A head can discard what the loss should not see, such as the position in the view, while the backbone keeps it. <see
    /// cref="DenseHead.None"/> puts the dense loss on the features that are used afterwards. Dense vectors are then as long as the
    /// features, 512 to 2,048 numbers, and the dense queue grows with them. The paper uses <see cref="DenseHead.Mlp"/>.
    /// </remarks>
    /// <exception cref="RecipeException">The value has no name.</exception>
    [Later]
    public DenseHead DenseHead
    {
        get;
        init => field = Allowed.Defined("model.denseHead", value);
    }

    /// <summary>A weight file of any format this library reads, or a run folder, to start from; null: a random start.</summary>
    /// <remarks>
    /// A backbone that was trained on other images shortens the run. The file must contain the backbone that <see cref="Backbone"/> names.
    /// Heads, key encoder and queues are loaded too if the file has them in the sizes of this recipe.
    /// </remarks>
    /// <exception cref="RecipeException">The text cannot be the name of a file.</exception>
    [NullWord("null")]
    public string? Weights
    {
        get;
        init => field = Allowed.FileName("model.weights", value, "Choose the path of a weight file, or `null` for a random start.");
    }

    /// <summary>
    /// Whether <see cref="Weights"/> may lack tensors of the backbone, or have them in other shapes; those start from random numbers.
    /// </summary>
    /// <remarks>
    /// A backbone that is half random trains like one that is entirely random. This is for files whose stem or last stage was changed on
    /// purpose.
    /// </remarks>
    public bool Partial { get; init; }
}
