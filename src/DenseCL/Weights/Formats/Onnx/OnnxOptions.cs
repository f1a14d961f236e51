using DenseCL.Recipes;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>What of a backbone is exported, and what is to be done before it.</summary>
internal sealed record OnnxOptions
{
    /// <summary>Which feature maps are the outputs.</summary>
    public OnnxStages Stages { get; init; }

    /// <summary>
    /// The data whose mean and standard deviation the network itself is to apply, so that it takes RGB in 0 … 1;
    /// null: it takes images that were normalised before.
    /// </summary>
    public DataOptions? Normalisation { get; init; }
}
