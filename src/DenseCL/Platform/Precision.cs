namespace DenseCL.Platform;

/// <summary>
/// The number type of activations. Weights, batch-norm parameters, statistics and losses are always float32.
/// </summary>
public enum Precision
{
    /// <summary>bfloat16 if the device multiplies it natively, otherwise float32.</summary>
    Auto,

    /// <summary>float32.</summary>
    Fp32,

    /// <summary>bfloat16: half the memory, and at least twice the speed if the device multiplies it natively; slow otherwise.</summary>
    Bf16,
}
