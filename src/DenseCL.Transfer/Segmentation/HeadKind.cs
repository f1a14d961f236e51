namespace DenseCL.Transfer.Segmentation;

/// <summary>What turns a backbone's feature maps into the logits of the classes.</summary>
public enum HeadKind
{
    /// <summary>The paper's: 3×3 convolutions on the last stage, and an auxiliary head on the third in training (Long et al., CVPR 2015).</summary>
    Fcn,

    /// <summary>One linear layer on each position of the last stage: the logits are as good as the features.</summary>
    Linear,

    /// <summary>
    /// Semantic FPN: the four stages are merged into a map of stride 4, which keeps thin objects (Kirillov et al., CVPR 2019, "Panoptic
    /// Feature Pyramid Networks").
    /// </summary>
    Fpn,
}
