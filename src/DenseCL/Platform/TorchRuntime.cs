using System.Runtime.InteropServices;
using TorchSharp;

namespace DenseCL.Platform;

/// <summary>Prepares the tensor library: loads it, and keeps its freed memory. Must be called before the first tensor is made.</summary>
public static class TorchRuntime
{
    private static readonly Lazy<bool> Ready = new(Prepare);

    /// <summary>Prepares the process; later calls do nothing.</summary>
    /// <exception cref="PlatformException">The native library does not load; the message says why and what to do.</exception>
    public static void EnsureReady() => _ = Ready.Value;

    /// <summary>The device that a recipe names.</summary>
    /// <param name="choice"><c>auto</c> is the first CUDA device if there is one.</param>
    /// <exception cref="PlatformException">The recipe requires CUDA, and there is no CUDA device.</exception>
    public static torch.Device Choose(DeviceChoice choice)
    {
        EnsureReady();
        bool cuda = choice != DeviceChoice.Cpu && torch.cuda.is_available();
        if (choice == DeviceChoice.Cuda && !cuda)
        {
            throw new PlatformException(
                "There is no CUDA device that this build can use: set run.device to cpu or auto, "
                + "or build with -p:TorchDevice=cuda on a machine with an NVIDIA driver (docs/platform.md)."
            );
        }

        return cuda ? torch.CUDA : torch.CPU;
    }

    /// <summary>The precision that a recipe names.</summary>
    /// <param name="choice"><c>auto</c> is bf16 if the device multiplies it natively.</param>
    /// <param name="device">The device that computes.</param>
    /// <returns>Not <c>auto</c>.</returns>
    public static Precision Choose(Precision choice, torch.Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return choice != Precision.Auto ? choice
            : device.type == DeviceType.CUDA || Processor.MultipliesBf16 ? Precision.Bf16
            : Precision.Fp32;
    }

    /// <summary>The element type of activations.</summary>
    /// <param name="precision">Not <c>auto</c>.</param>
    public static torch.ScalarType TypeOf(Precision precision) => precision switch
    {
        Precision.Fp32 => torch.ScalarType.Float32,
        Precision.Bf16 => torch.ScalarType.BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "Choose a precision for the device first."),
    };

    private static bool Prepare()
    {
        Allocator.KeepFreedMemory();
        try
        {
            using torch.Tensor probe = torch.zeros(1);
            return true;
        }
        catch (Exception e)
            when (e is TypeInitializationException or NotSupportedException or DllNotFoundException or BadImageFormatException)
        {
            throw new PlatformException(
                $"The tensor library (libtorch) does not load: {WhyNot() ?? e.GetBaseException().Message.Split('\n')[0]}",
                e);
        }
    }

    /// <summary>TorchSharp's own message hides the loader's message: ask the loader directly.</summary>
    private static string? WhyNot()
    {
        string file =
            OperatingSystem.IsWindows() ? "LibTorchSharp.dll"
            : OperatingSystem.IsMacOS() ? "libLibTorchSharp.dylib"
            : "libLibTorchSharp.so";
        string[] places =
        [
            Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", file),
            Path.Combine(AppContext.BaseDirectory, file),
        ];
        string? found = places.FirstOrDefault(File.Exists);
        if (found is null)
        {
            return $"{file} is not beside the program, neither in {places[0]} nor in {places[1]}. "
                + $"There is no libtorch for {RuntimeInformation.RuntimeIdentifier} in this build: "
                + "libtorch exists for linux-x64, win-x64 and osx-arm64.";
        }

        try
        {
            NativeLibrary.Load(found);
            return null;
        }
        catch (DllNotFoundException e) when (e.Message.Contains("GLIBCXX", StringComparison.Ordinal))
        {
            return $"{found} asks for a newer libstdc++ than this system has, although it does not need it. "
                + "The build fixes that (build/DenseCL.targets): "
                + $"run 'dotnet build' again, or install libstdc++ of GCC 13 or newer. The loader said: {e.Message}";
        }
        catch (DllNotFoundException e)
        {
            return $"{found} does not load. The loader said: {e.Message}";
        }
    }
}
