namespace DenseCL.Models.Backbones;

/// <summary>
/// The names of the tensors of one kind of network in files, and how they identify such a network. Networks of one kind differ only in
/// their number of blocks, as the ResNets do.
/// </summary>
internal sealed class BackboneNames
{
    /// <summary>The weight of the first convolution.</summary>
    public required string First { get; init; }

    /// <summary>
    /// The weight of a convolution that only networks of this kind have. If both weights are under one prefix, there is such a network.
    /// </summary>
    public required string Later { get; init; }

    /// <summary>The indices of torchvision's children of the network, counting those without tensors.</summary>
    public required IReadOnlyDictionary<string, string> Children { get; init; }

    /// <summary>
    /// Converts torchvision's name to Detectron2's; null for a tensor that Detectron2 does not have. The function is null if Detectron2 has
    /// no such network.
    /// </summary>
    public Func<string, string?>? Detectron2 { get; init; }

    /// <summary>Whether other programs that have such a network, OpenMMLab and timm, name and compute it as torchvision does.</summary>
    public bool Shared { get; init; }

    /// <summary>Describes the blocks of a network, given whether a tensor exists: equal descriptions mean the same network.</summary>
    public required Func<Predicate<string>, string> Blocks { get; init; }

    /// <summary>The end of a sentence about blocks that no network of the catalogue has, such as "none of ResNet-18 and 34".</summary>
    public required string Unknown { get; init; }

    /// <summary>The name of a tensor in a naming; null if the naming does not have it.</summary>
    /// <param name="naming">The naming.</param>
    /// <param name="name">torchvision's name, without prefix, such as <c>layer1.0.bn1.weight</c>.</param>
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
