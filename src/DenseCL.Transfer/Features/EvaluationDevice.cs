using DenseCL.Platform;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Features;

/// <summary>Where evaluations are computed: the one place that decides it.</summary>
/// <remarks>Whoever is given a tensor computes where that tensor is.</remarks>
internal static class EvaluationDevice
{
    /// <summary>A graphics card where this build can use one, the processor elsewhere.</summary>
    public static Device Choose() => TorchRuntime.Choose(DeviceChoice.Auto);
}
