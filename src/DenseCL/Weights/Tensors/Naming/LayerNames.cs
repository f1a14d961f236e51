namespace DenseCL.Weights.Tensors.Naming;

/// <summary>What the layers of a residual network are called within it.</summary>
/// <param name="Of">A name of torchvision's, such as <c>layer1.0.bn1.weight</c>, to that of the same tensor here; null where there is none.</param>
internal sealed record LayerNames(Func<string, string?> Of)
{
    /// <summary>Ours are torchvision's.</summary>
    public static readonly LayerNames Torchvision = new(name => name);

    /// <summary>The blocks of <c>nn.Sequential(*resnet.children())</c>, which go by their number.</summary>
    public static readonly LayerNames Children = new(name =>
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        string child = name[..dot] switch
        {
            "conv1" => "0",
            "bn1" => "1",
            "layer1" => "4",
            "layer2" => "5",
            "layer3" => "6",
            "layer4" => "7",
            string other => other,
        };
        return child + name[dot..];
    });

    /// <summary>Detectron2's <c>stem</c>, <c>res2</c> … <c>res5</c>, with the norm inside its convolution.</summary>
    public static readonly LayerNames Detectron2 = new(Weights.Formats.Detectron2.Detectron2Names.FromTorchvision);
}
