namespace DenseCL.Platform;

/// <summary>Where the network is computed.</summary>
public enum DeviceChoice
{
    /// <summary>The first CUDA device if there is one, otherwise the processor.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>The first CUDA device; an error if there is none.</summary>
    Cuda,
}
