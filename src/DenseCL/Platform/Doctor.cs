using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace DenseCL.Platform;

/// <summary>Checks whether this machine works, and if not, says why and what to do.</summary>
public static class Doctor
{
    private const long Gigabyte = 1L << 30;

    /// <summary>All checks except the training step, which must be tried in a process of its own.</summary>
    /// <param name="folder">The folder whose disk is checked.</param>
    public static IEnumerable<PlatformCheck> Examine(string folder)
    {
        yield return System();
        yield return Library();
        yield return AllocatorSettings();
        yield return Instructions();
        yield return Convolutions();
        yield return Memory();
        yield return Disk(folder);
    }

    private static PlatformCheck System() => new(
        "system",
        PlatformCheckState.Good,
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.FrameworkDescription}",
        null);

    private static PlatformCheck Library()
    {
        try
        {
            TorchRuntime.EnsureReady();
            string cuda = torch.cuda.is_available()
                ? string.Create(CultureInfo.InvariantCulture, $", {torch.cuda.device_count()} CUDA devices")
                : ", no CUDA device";
            return new("tensor library", PlatformCheckState.Good, $"libtorch {torch.__version__}{cuda}", null);
        }
        catch (PlatformException e)
        {
            return new(
                "tensor library",
                PlatformCheckState.Broken,
                e.Message,
                "Build again with 'dotnet build -c Release'; the build fixes what older systems lack. "
                + "There is no libtorch for systems other than linux-x64, win-x64 and osx-arm64."
            );
        }
    }

    private static PlatformCheck AllocatorSettings() =>
        !OperatingSystem.IsLinux() ? new("allocator", PlatformCheckState.Good, "the system's own", null)
        : Allocator.Kept == true ? new("allocator", PlatformCheckState.Good, "glibc keeps freed memory", null)
        : new(
            "allocator",
            PlatformCheckState.Slow,
            "the C library does not have the settings of glibc",
            "Training may take twice as long: use a distribution with glibc (Debian, Ubuntu, RHEL) instead of musl (Alpine).");

    private static PlatformCheck Instructions()
    {
        string found = string.Create(
            CultureInfo.InvariantCulture,
            $"{Processor.Name}, {Environment.ProcessorCount} processors, {string.Join(' ', Processor.Instructions)}");
        bool vectors =
            Processor.Instructions.Contains("avx2", StringComparer.Ordinal)
            || Processor.Instructions.Contains("neon", StringComparer.Ordinal);
        return vectors
            ? new("processor", PlatformCheckState.Good, found, null)
            : new(
                "processor",
                PlatformCheckState.Slow,
                found,
                "Without AVX2 training is several times slower: use a newer processor, or one that the hypervisor passes through.");
    }

    private static unsafe PlatformCheck Convolutions()
    {
        const byte nothingButReturn = 0xC3;
        if (!Processor.RunsCode)
        {
            return new(
                "convolutions",
                PlatformCheckState.Good,
                "libtorch's; those of this library's own need Linux on x64 and AVX-512",
                null);
        }

        return !MachineCode.IsAllowed
                ? new(
                    "convolutions",
                    PlatformCheckState.Slow,
                    $"libtorch's: {MachineCode.Switch} is 0",
                    "Unset it: this library's own are faster.")
            : MachineCode.Place([nothingButReturn]) is not null
                ? new(
                    "convolutions",
                    PlatformCheckState.Good,
                    Processor.MultipliesBf16 ? "this library's own" : "this library's own in float32",
                    null)
            : new(
                "convolutions",
                PlatformCheckState.Slow,
                "libtorch's, because this system does not allow this program to make memory executable",
                "Training takes 10 to 15 % longer; with SELinux, 'execmem' allows it.");
    }

    private static PlatformCheck Memory()
    {
        long total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        string found = string.Create(CultureInfo.InvariantCulture, $"{total / (double)Gigabyte:F1} GB");
        return total >= 4 * Gigabyte
            ? new("memory", PlatformCheckState.Good, found, null)
            : new(
                "memory",
                PlatformCheckState.Slow,
                found,
                "The recipe 'small' needs about 3 GB: lower optim.batch and optim.batchNormGroup.");
    }

    private static PlatformCheck Disk(string folder)
    {
        long free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        string found = string.Create(CultureInfo.InvariantCulture, $"{free / (double)Gigabyte:F1} GB free here");
        return free >= 2 * Gigabyte
            ? new("disk", PlatformCheckState.Good, found, null)
            : new(
                "disk",
                PlatformCheckState.Slow,
                found,
                "A ResNet-50 run with 4 checkpoints needs about 2 GB: put --out on another disk, or lower run.keep.");
    }
}
