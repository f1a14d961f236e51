using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using DenseCL.Platform;
using DenseCL.Weights;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

/// <summary>
/// Damages weight files in ways that are the same in every run and reads what is left. A reader may refuse a file with
/// <see cref="WeightFileException"/> or give tensors that are as it described them; anything else fails.
/// </summary>
/// <remarks>
/// The environment variable <c>DENSECL_FUZZ_MUTATIONS</c> is the number of damaged files for a whole test instead of a few thousand, such
/// as 1000000 for a long run, in which no file may take 2 seconds and the process no gigabyte:
/// <c>DENSECL_FUZZ_MUTATIONS=1000000 dotnet test tests/DenseCL.Tests -c Release --filter FullyQualifiedName~Mutat</c>
/// </remarks>
internal sealed class Mutation : IDisposable
{
    private const int MaxLength = 1 << 16;
    private static readonly byte[] Telling = [0, 1, 0x7F, 0x80, 0xFF, .. "(.})]0QRbcegjlotu2\n"u8, 0x81, 0x85, 0x88, 0x8A, 0x8B, 0x8C, 0x8D, 0x8E, 0x93, 0x94, 0x95, 0x96];

    private readonly TemporaryFolder folder = new();
    private readonly ulong seed;

    /// <param name="seed">Which damages.</param>
    public Mutation(ulong seed) => this.seed = seed;

    /// <summary>Files that were read to the end, and files that were refused.</summary>
    public (int Read, int Refused) Counts { get; private set; }

    public void Dispose() => folder.Dispose();

    /// <summary>Damages each file in turn.</summary>
    /// <param name="files">Whole files.</param>
    /// <param name="count">How many damaged files there are in all, unless the environment says otherwise.</param>
    /// <param name="open">Opens a file.</param>
    public void Run(IReadOnlyList<byte[]> files, int count, Func<string, WeightFile> open)
    {
        bool wished = int.TryParse(
            Environment.GetEnvironmentVariable("DENSECL_FUZZ_MUTATIONS"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int wish);
        if (wished)
        {
            count = wish;
        }

        string path = folder["mutated"];
        TimeSpan longest = TimeSpan.Zero;
        for (int round = 0; round < count; round++)
        {
            byte[] damaged = Damage(files[round % files.Count], new CounterRandom(seed, (ulong)round));
            File.WriteAllBytes(path, damaged);
            long start = Stopwatch.GetTimestamp();
            try
            {
                Read(path, open);
                Counts = (Counts.Read + 1, Counts.Refused);
            }
            catch (WeightFileException e)
            {
                Counts = (Counts.Read, Counts.Refused + 1);
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
            }
            catch (Exception e)
            {
                Assert.Fail($"Round {round} of seed {seed}, file {round % files.Count}: {Convert.ToBase64String(damaged)}\n{e}");
            }

            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
        }

        // Times and memory are a machine's own: they are looked at when that is what a run is for, and not in every run of the tests.
        if (wished)
        {
            using Process process = Process.GetCurrentProcess();
            TestContext.Current.SendDiagnosticMessage(
                $"{count} files: {Counts}, the longest took {longest.TotalMilliseconds:F0} ms, at most {process.PeakWorkingSet64 >> 20} MB in the process"
            );
            Assert.True(longest < TimeSpan.FromSeconds(2), $"A file took {longest}.");
            Assert.True(process.PeakWorkingSet64 < 1 << 30, $"The process took {process.PeakWorkingSet64 >> 20} MB.");
        }
    }

    /// <summary>Reads all of a file.</summary>
    public static void Read(string path, Func<string, WeightFile> open)
    {
        using WeightFile file = open(path);
        foreach (string key in file.Keys)
        {
            using Tensor tensor = file.Tensor(key);
            Assert.Equal(file[key].Shape, tensor.shape);
            Assert.True(tensor.is_contiguous());
        }
    }

    private static byte[] Damage(byte[] whole, CounterRandom random)
    {
        List<byte> bytes = [.. whole];
        for (int change = random.NextInt(3); change >= 0 && bytes.Count > 0; change--)
        {
            int at = random.NextInt(bytes.Count);
            switch (random.NextInt(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.NextInt(8));
                    break;
                case 1:
                    bytes[at] = Telling[random.NextInt(Telling.Length)];
                    break;
                case 2:
                    bytes[at] = (byte)random.NextInt(256);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + random.NextInt(8)));
                    break;
                case 4:
                    bytes.RemoveRange(at, random.NextInt(4) == 0 ? bytes.Count - at : 1);
                    break;
                case 5 when bytes.Count < MaxLength:
                    int from = random.NextInt(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(bytes.Count - from, 1 + random.NextInt(64))));
                    break;
                case 6:
                    SetNumber(bytes, at, random);
                    break;
                default:
                    bytes.Insert(at, Telling[random.NextInt(Telling.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>A number at the border of what a field can hold, or a bit beside what was there.</summary>
    private static void SetNumber(List<byte> bytes, int at, CounterRandom random)
    {
        int size = 1 << random.NextInt(4);
        if (at + size > bytes.Count)
        {
            return;
        }

        byte[] number = new byte[8];
        bytes.CopyTo(at, number, 0, size);
        long value = BinaryPrimitives.ReadInt64LittleEndian(number);
        long[] values = [0, -1, long.MinValue, long.MaxValue, int.MaxValue, uint.MaxValue, value + 1, value - 1, value * 2, -value];
        BinaryPrimitives.WriteInt64LittleEndian(number, values[random.NextInt(values.Length)]);
        for (int i = 0; i < size; i++)
        {
            bytes[at + i] = number[i];
        }
    }
}
