using System.Runtime.InteropServices;

namespace DenseCL.Platform;

/// <summary>
/// Memory that the processor may execute. It is written first and made executable afterwards; it is never both at once. It stays for the
/// life of the process.
/// </summary>
internal static unsafe partial class MachineCode
{
    // <sys/mman.h> of Linux on x64.
    private const int Read = 1, Write = 2, Execute = 4, Private = 2, Anonymous = 0x20;

    /// <summary>
    /// The environment variable that turns machine code off when it is 0: libtorch then computes convolutions. It is for comparison, and
    /// for a system that has trouble with such code.
    /// </summary>
    public const string Switch = "DENSECL_MACHINE_CODE";

    /// <summary>Whether machine code is not turned off.</summary>
    public static bool IsAllowed { get; } = Environment.GetEnvironmentVariable(Switch) != "0";

    /// <summary>Copies code into memory of its own.</summary>
    /// <param name="code">Instructions that do not depend on their address.</param>
    /// <returns>Their address; null if the system does not allow this program to make code, as some hardened systems do not, or if its C
    /// library is not glibc.</returns>
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
