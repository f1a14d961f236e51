namespace DenseCL.Models.Backbones;

/// <summary>
/// What the tensors of networks of one kind are called in files, and how such a network is known by them. Networks of one kind differ in
/// their number of blocks only, as the ResNets do.
/// </summary>
internal sealed class BackboneNames
{
    /// <summary>The weight of the first convolution.</summary>
    public required string First { get; init; }

    /// <summary>
    /// The weight of a convolution that no network of another kind has. Where both stand under one prefix, there is such a network.
    /// </summary>
    public required string Later { get; init; }

    /// <summary>The numbers of torchvision's children of the network, those without tensors counted.</summary>
    public required IReadOnlyDictionary<string, string> Children { get; init; }

    /// <summary>
    /// Detectron2's name for one of torchvision's, or null for a tensor that it does not have; null where Detectron2 has no such network.
    /// </summary>
    public Func<string, string?>? Detectron2 { get; init; }

    /// <summary>
    /// Whether other programs that have such a network, OpenMMLab and timm, name and compute it as torchvision does.
    /// </summary>
    public bool Shared { get; init; }

    /// <summary>Says in words which blocks a network has, given whether a tensor is there: equal words mean the same network.</summary>
    public required Func<Predicate<string>, string> Blocks { get; init; }

    /// <summary>The end of a sentence about blocks that no network of the catalogue has, such as "none of ResNet-18 and 34".</summary>
    public required string Unknown { get; init; }

    /// <summary>The name of a tensor; null if those whose naming it is do not have it.</summary>
    /// <param name="naming">Whose name is wanted.</param>
    /// <param name="name">torchvision's name, without prefix, as <c>layer1.0.bn1.weight</c>.</param>
    public string? Of(LayerNaming naming, string name) => naming switch
    {
        LayerNaming.Torchvision => name,
        LayerNaming.Children => OfChild(name),
        LayerNaming.Detectron2 => Detectron2?.Invoke(name),
        _ => throw new ArgumentOutOfRangeException(nameof(naming), naming, "There is no such naming."),
    };

    private string OfChild(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot >= 0 && Children.TryGetValue(name[..dot], out string? number) ? number + name[dot..] : name;
    }
}
