namespace DenseCL.Models;

/// <summary>How a layer's weights are initialised. The fan is the number of terms of a sum, in the forward or backward pass.</summary>
internal enum StartValues
{
    /// <summary>Weights N(0, 2 / fan-in) (He et al., ICCV 2015), biases 0: outputs have the scale of the inputs.</summary>
    KaimingFanIn,

    /// <summary>
    /// Weights N(0, 2 / fan-out), biases 0: gradients keep their scale. As in PyTorch, the fan-out of a grouped convolution counts the
    /// outputs of all groups.
    /// </summary>
    KaimingFanOut,

    /// <summary>U(±1/√fan-in), weights and biases: PyTorch's default for convolutions and linear maps.</summary>
    Uniform,
}
