using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace DenseCL.Platform;

/// <summary>The processor that this process runs on.</summary>
internal static class Processor
{
    /// <summary>The name that it reports.</summary>
    public static string Name { get; } = X86Base.IsSupported ? X86Name() : RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>The available instruction sets that matter for training, such as avx2 and avx512-bf16.</summary>
    public static IReadOnlyList<string> Instructions { get; } =
    [
        .. new (string Name, bool There)[]
        {
            ("avx2", Avx2.IsSupported),
            ("fma", Fma.IsSupported),
            ("avx512", Avx512F.IsSupported),
            ("avx512-bf16", MultipliesBf16),
            ("amx-bf16", Cpuid(7, 0).Edx.Bit(22)),
            ("neon", AdvSimd.IsSupported),
        }.Where(set => set.There).Select(set => set.Name),
    ];

    /// <summary>Whether it multiplies bfloat16 numbers natively: bf16 training is then about twice as fast as fp32.</summary>
    public static bool MultipliesBf16 => Cpuid(7, 1).Eax.Bit(5);

    /// <summary>
    /// Whether this library's own machine code can be called: it needs AVX-512 and the calling convention of Linux on x64.
    /// </summary>
    internal static bool RunsCode =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && Avx512F.IsSupported;

    // The 48 bytes of the leaves 0x80000002 to 0x80000004 (Intel's and AMD's manuals, CPUID).
    private static string X86Name()
    {
        byte[] name = new byte[48];
        Span<int> words = MemoryMarshal.Cast<byte, int>(name.AsSpan());
        for (int leaf = 0; leaf < 3; leaf++)
        {
            (words[4 * leaf], words[(4 * leaf) + 1], words[(4 * leaf) + 2], words[(4 * leaf) + 3]) = X86Base.CpuId(
                unchecked((int)0x80000002) + leaf,
                0);
        }

        return Encoding.ASCII.GetString(name).TrimEnd('\0').Trim();
    }

    private static (int Eax, int Edx) Cpuid(int leaf, int subleaf)
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < leaf)
        {
            return (0, 0);
        }

        (int eax, _, _, int edx) = X86Base.CpuId(leaf, subleaf);
        return (eax, edx);
    }

    private static bool Bit(this int register, int bit) => ((register >> bit) & 1) != 0;
}
