namespace DenseCL.Recipes;

/// <summary>
/// A network that can be pre-trained, as torchvision builds it. The ResNets of He et al. (CVPR 2016) have the stride in the 3×3
/// convolution.
/// </summary>
public enum BackboneKind
{
    /// <summary>18 layers of basic blocks, 512 channels out: the choice for a processor without a graphics card.</summary>
    Resnet18,

    /// <summary>34 layers of basic blocks, 512 channels out.</summary>
    Resnet34,

    /// <summary>50 layers of bottlenecks, 2048 channels out: the paper's backbone.</summary>
    Resnet50,

    /// <summary>101 layers of bottlenecks, 2048 channels out.</summary>
    Resnet101,

    /// <summary>152 layers of bottlenecks, 2048 channels out.</summary>
    Resnet152,

    /// <summary>
    /// MobileNetV3-Large (Howard et al., ICCV 2019), 960 channels out: 3 million weights and an eighth of the arithmetic of a ResNet-18.
    /// For small devices.
    /// </summary>
    MobilenetV3Large,
}
