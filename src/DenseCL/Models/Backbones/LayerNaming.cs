namespace DenseCL.Models.Backbones;

/// <summary>The naming of a backbone's layers in a file.</summary>
internal enum LayerNaming
{
    /// <summary>torchvision's names, which this library uses too.</summary>
    Torchvision,

    /// <summary>
    /// The children of a torchvision network in <c>nn.Sequential(*network.children())</c>, which are named by their index.
    /// </summary>
    Children,

    /// <summary>Detectron2's names.</summary>
    Detectron2,
}
