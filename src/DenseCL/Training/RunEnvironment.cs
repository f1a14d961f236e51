using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using DenseCL.Compute.Tiles;
using DenseCL.Platform;
using TorchSharp;

namespace DenseCL.Training;

/// <summary>The content of environment.json: what is needed to repeat the run.</summary>
internal static class RunEnvironment
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public static string Describe(Precision precision, ulong seed, IReadOnlyList<string> images, torch.Device device) =>
        JsonSerializer.Serialize(
            new
            {
                densecl = VersionOf(typeof(RunEnvironment).Assembly),
                torchsharp = VersionOf(typeof(torch).Assembly),
                libtorch = torch.__version__,
                dotnet = RuntimeInformation.FrameworkDescription,
                system = RuntimeInformation.OSDescription,
                processor = Processor.Name,
                instructions = Processor.Instructions,
                convolutions = device.type == DeviceType.CPU
                && TileKernel.IsSupported(TorchRuntime.Choose(precision, device) == Precision.Bf16)
                    ? "own"
                    : "libtorch",
                processors = Environment.ProcessorCount,
                threads = torch.get_num_threads(),
                device = device.ToString(),
                seed,
                images,
            },
            Json
        ) + "\n";

    private static string? VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
