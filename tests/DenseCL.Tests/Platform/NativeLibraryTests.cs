using System.Buffers.Binary;
using System.Text;
using DenseCL.Platform;

namespace DenseCL.Tests.Platform;

public class NativeLibraryTests
{
    private static readonly string Library = Path.Combine(
        AppContext.BaseDirectory,
        "runtimes",
        "linux-x64",
        "native",
        "libLibTorchSharp.so");

    [Fact]
    public void The_demand_for_a_newer_libstdcxx_is_weak_in_the_output_and_no_other_demand_is()
    {
        Assert.SkipUnless(File.Exists(Library), "This build has no Linux library.");
        Dictionary<string, bool> demands = Demands(File.ReadAllBytes(Library));
        Assert.True(demands["GLIBCXX_3.4.32"]);
        Assert.All(demands.Where(demand => demand.Key != "GLIBCXX_3.4.32"), demand => Assert.False(demand.Value, demand.Key));
    }

    [Fact]
    public void The_package_cache_is_never_touched()
    {
        string cache =
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string original = Path.Combine(cache, "torchsharp", "0.107.0", "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(original), "The package cache is somewhere else.");
        Assert.False(Demands(File.ReadAllBytes(original))["GLIBCXX_3.4.32"]);
    }

    [Fact]
    public void Freed_memory_is_kept_where_the_c_library_is_glibc()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/lib64/ld-linux-x86-64.so.2"), "Not glibc on x64.");
        TorchRuntime.EnsureReady();
        Assert.True(Allocator.Kept);
    }

    [Fact]
    public void The_doctor_finds_this_machine_fit() =>
        Assert.DoesNotContain(
            Doctor.Examine("."),
            check => check.State == PlatformCheckState.Broken || (check.State == PlatformCheckState.Good) != (check.Remedy is null));

    /// <summary>
    /// The symbol versions that an ELF library needs, and whether each is weak; by way of the dynamic section, not of the section table
    /// that the build goes by.
    /// </summary>
    private static Dictionary<string, bool> Demands(byte[] elf)
    {
        long programHeaders = Long(0x20);
        int size = Short(0x36), count = Short(0x38);
        (long Offset, long Address, long Length)[] loads =
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => programHeaders + ((long)i * size))
                .Where(p => Int(p) == 1)
                .Select(p => (Long(p + 8), Long(p + 16), Long(p + 32))),
        ];
        long dynamic = Enumerable
            .Range(0, count)
            .Select(i => programHeaders + ((long)i * size))
            .Where(p => Int(p) == 2)
            .Select(p => Long(p + 8))
            .Single();
        Dictionary<long, long> tags = [];
        for (long at = dynamic; Long(at) != 0; at += 16)
        {
            tags[Long(at)] = Long(at + 8);
        }

        long strings = InFile(tags[5]), need = InFile(tags[0x6ffffffe]);                        // DT_STRTAB, DT_VERNEED
        Dictionary<string, bool> demands = new(StringComparer.Ordinal);
        for (long left = tags[0x6fffffff]; left > 0; left--, need += Int(need + 12))            // DT_VERNEEDNUM
        {
            long entry = need + Int(need + 8);
            for (int i = 0; i < Short(need + 2); i++, entry += Int(entry + 12))
            {
                long name = strings + Int(entry + 8);
                demands[Encoding.ASCII.GetString(elf, (int)name, Array.IndexOf(elf, (byte)0, (int)name) - (int)name)] =
                    (Short(entry + 4) & 2) != 0;
            }
        }

        return demands;

        long InFile(long address) =>
            loads.Where(l => address >= l.Address && address < l.Address + l.Length).Select(l => address - l.Address + l.Offset).Single();
        long Long(long at) => BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan((int)at));
        int Int(long at) => BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan((int)at));
        int Short(long at) => BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan((int)at));
    }
}
