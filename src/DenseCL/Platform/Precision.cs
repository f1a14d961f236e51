namespace DenseCL.Platform;

/// <summary>
/// The numbers that activations are computed with. Weights, batch-norm parameters, statistics and losses are float32 in either case.
/// </summary>
public enum Precision
{
    /// <summary>bfloat16 where the device multiplies it natively, else float32.</summary>
    Auto,

    /// <summary>float32.</summary>
    Fp32,

    /// <summary>bfloat16: half the memory, and twice the speed or more where the device multiplies it natively; slow elsewhere.</summary>
    Bf16,
}
