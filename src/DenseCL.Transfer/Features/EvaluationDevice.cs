using DenseCL.Platform;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Features;

/// <summary>The device of evaluations; this is the one place that decides it.</summary>
/// <remarks>Code that receives a tensor computes on that tensor's device.</remarks>
internal static class EvaluationDevice
{
    /// <summary>A graphics card if this build can use one, otherwise the processor.</summary>
    public static Device Choose() => TorchRuntime.Choose(DeviceChoice.Auto);
}
