namespace DenseCL.Models.Backbones;

/// <summary>Whose names the layers of a backbone have in a file.</summary>
internal enum LayerNaming
{
    /// <summary>torchvision's, which are ours.</summary>
    Torchvision,

    /// <summary>The children of a torchvision network in <c>nn.Sequential(*network.children())</c>, which go by their number.</summary>
    Children,

    /// <summary>Detectron2's.</summary>
    Detectron2,
}
