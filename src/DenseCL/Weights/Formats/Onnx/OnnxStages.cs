namespace DenseCL.Weights.Formats.Onnx;

/// <summary>Which feature maps an exported backbone gives.</summary>
public enum OnnxStages
{
    /// <summary>That of the last stage, as the output <c>features</c>.</summary>
    Last,

    /// <summary>Those of all four stages, as <c>stage1</c> … <c>stage4</c>: for feature pyramids.</summary>
    All,
}
