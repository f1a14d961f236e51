using DenseCL.Recipes;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>Which parts of a backbone are exported, and what is done to its input first.</summary>
internal sealed record OnnxOptions
{
    /// <summary>Which feature maps are the outputs.</summary>
    public OnnxStages Stages { get; init; }

    /// <summary>ONNX's operator set.</summary>
    public int OperatorSet { get; init; } = OnnxModel.UsualOperatorSet;

    /// <summary>
    /// The data whose mean and standard deviation the network itself is to apply, so that it takes RGB in 0 … 1;
    /// null: it takes images that were normalised before.
    /// </summary>
    public DataOptions? Normalisation { get; init; }
}
