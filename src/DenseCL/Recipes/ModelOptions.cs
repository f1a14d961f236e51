namespace DenseCL.Recipes;

/// <summary>The network that learns (section <c>model</c> of a recipe).</summary>
public sealed record ModelOptions
{
    /// <summary>The backbone: the part that is kept after pre-training.</summary>
    /// <remarks>
    /// A step of resnet50 costs about 2.3 times the arithmetic of resnet18, of resnet101 about 4.3 times, at the same size of image.
    /// </remarks>
    /// <exception cref="RecipeException">The value has no name.</exception>
    public BackboneKind Backbone
    {
        get;
        init => field = Allowed.Defined("model.backbone", value);
    } = BackboneKind.Resnet50;

    /// <summary>The dimension D of the vectors that are compared; 8 … 4096.</summary>
    /// <remarks>
    /// The heads are thrown away after pre-training; a greater dimension makes the queues and the loss slower in proportion and gains
    /// little.
    /// </remarks>
    /// <exception cref="RecipeException">The value is out of range.</exception>
    public int Embedding
    {
        get;
        init => field = Allowed.Between("model.embedding", value, 8, 4096, "Choose 128 as in the paper.");
    } = 128;

    /// <summary>A safetensors file with the backbone to start from; null: a random start.</summary>
    /// <remarks>
    /// A backbone that was trained on other images shortens the run; its file must hold the backbone that <see cref="Backbone"/> names.
    /// </remarks>
    /// <exception cref="RecipeException">The text cannot be the name of a file.</exception>
    [NullWord("null")]
    public string? Weights
    {
        get;
        init => field = Allowed.FileName("model.weights", value, "Choose the path of a safetensors file, or `null` for a random start.");
    }
}
