namespace DenseCL.Weights;

/// <summary>The naming of the tensors in an exported file; Detectron2 and ONNX files have names of their own.</summary>
public enum WeightNaming
{
    /// <summary><c>conv1.weight</c>, <c>layer1.0.bn1.bias</c>: also lightly's, timm's and OpenSelfSup's backbones.</summary>
    Torchvision,

    /// <summary>
    /// <c>encoder_q.0.conv1.weight</c> with heads, like the reference implementation's checkpoints; without heads the bare backbone that
    /// its tools extract; in <c>state_dict</c>.
    /// </summary>
    OpenSelfSup,

    /// <summary>
    /// <c>backbone.conv1.weight</c>, in <c>state_dict</c>: mmsegmentation, mmdetection and, with heads in <c>neck</c>, mmselfsup.
    /// </summary>
    MmSegmentation,
}
