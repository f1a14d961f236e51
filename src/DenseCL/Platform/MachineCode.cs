using System.Runtime.InteropServices;

namespace DenseCL.Platform;

/// <summary>
/// Memory that the processor may execute. It is written first and made executable afterwards, never both at once; it stays for the life of
/// the process.
/// </summary>
internal static unsafe partial class MachineCode
{
    // <sys/mman.h> of Linux on x64.
    private const int Read = 1, Write = 2, Execute = 4, Private = 2, Anonymous = 0x20;

    /// <summary>
    /// The environment variable that forbids it with 0: libtorch then computes convolutions. For comparison, and for a system that stumbles
    /// over such code.
    /// </summary>
    public const string Switch = "DENSECL_MACHINE_CODE";

    /// <summary>Whether it is not forbidden.</summary>
    public static bool IsAllowed { get; } = Environment.GetEnvironmentVariable(Switch) != "0";

    /// <summary>Puts code into memory of its own.</summary>
    /// <param name="code">Instructions that do not depend on where they stand.</param>
    /// <returns>Their address; null where the system does not let this program make code, as some hardened ones do not, or has another C
    /// library than glibc.</returns>
    public static byte* Place(ReadOnlySpan<byte> code)
    {
        try
        {
            return PlaceByGlibc(code);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    private static byte* PlaceByGlibc(ReadOnlySpan<byte> code)
    {
        nuint length = (nuint)code.Length;
        byte* memory = Map(null, length, Read | Write, Private | Anonymous, -1, 0);
        if ((nint)memory == -1)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(memory, code.Length));
        if (Protect(memory, length, Read | Execute) == 0)
        {
            return memory;
        }

        _ = Unmap(memory, length);
        return null;
    }

    [LibraryImport("libc.so.6", EntryPoint = "mmap")]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc.so.6", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc.so.6", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
