namespace DenseCL.Weights.Tensors.Naming;

/// <summary>What was done with a tensor when weights were loaded.</summary>
public enum TensorFate
{
    /// <summary>Loaded unchanged, except that numbers of another type were converted.</summary>
    Matched,

    /// <summary>
    /// Loaded after its dimensions were rearranged: a linear layer as a 1×1 convolution, a queue of columns as one of rows, a first
    /// convolution of RGB as one of other channels.
    /// </summary>
    Reshaped,

    /// <summary>The network has it, the file does not: it keeps its values.</summary>
    Missing,

    /// <summary>The file has it in another shape: it keeps its values.</summary>
    OtherShape,

    /// <summary>The file has it, and nothing here uses it.</summary>
    Unexpected,
}
