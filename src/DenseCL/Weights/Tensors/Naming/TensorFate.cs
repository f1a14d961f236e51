namespace DenseCL.Weights.Tensors.Naming;

/// <summary>What became of a tensor when weights were loaded.</summary>
public enum TensorFate
{
    /// <summary>Taken as it is; numbers of another type were converted.</summary>
    Matched,

    /// <summary>Taken after its sides were arranged anew: a linear layer as a 1×1 convolution, a queue of columns as one of rows.</summary>
    Reshaped,

    /// <summary>The network has it, the file does not: it keeps the number it had.</summary>
    Missing,

    /// <summary>The file has it in another shape: it keeps the number it had.</summary>
    OtherShape,

    /// <summary>The file has it, and nothing here takes it.</summary>
    Unexpected,
}
