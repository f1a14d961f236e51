using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using DenseCL.Images;
using DenseCL.Platform;

namespace DenseCL.Tests.Images;

/// <summary>
/// Damages image files in ways that are the same in every run. Each must be decoded or refused with an <see cref="ImageException"/>, and
/// nothing may be written to the console.
/// </summary>
/// <remarks>
/// The environment variable <c>DENSECL_FUZZ_MUTATIONS</c> is the number of damaged files for a whole test, as for weight files
/// (<see cref="Weights.Mutation"/>). In such a run no file may take 2 seconds and the process no gigabyte.
/// </remarks>
public sealed class ImageMutationTests
{
    private const int Few = 80;
    private static readonly uint[] Telling = [0, 1, 2, 3, 4, 8, 16, 255, 256, 32773, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];
    private static readonly ImageLimits Limits = new() { MaxPixels = 1_000_000 };

    [Fact]
    public void A_mutated_TIFF_is_decoded_or_refused_and_nothing_else() => Run(name => name.EndsWith(".tif", StringComparison.Ordinal));

    [Fact]
    public void A_mutated_file_of_another_format_is_decoded_or_refused_and_nothing_else() =>
        Run(name => !name.EndsWith(".tif", StringComparison.Ordinal));

    [Fact]
    public void A_mutated_file_of_other_channels_is_decoded_or_refused_and_nothing_else() => Run(
        [.. Golden.ChannelNames],
        [.. Golden.ChannelNames.Select(name => Golden.Channels(name).Data)],
        [.. Golden.ChannelNames.Select(name => Limits with { Channels = Golden.Channels(name).Channels })]);

    private static void Run(Func<string, bool> wanted)
    {
        string[] names = [.. Golden.FileNames.Where(wanted)];
        Run(names, [.. names.Select(name => Golden.File(name).Data)], [.. names.Select(_ => Limits)]);
    }

    private static void Run(string[] names, byte[][] files, ImageLimits[] limits)
    {
        bool wished = int.TryParse(
            Environment.GetEnvironmentVariable("DENSECL_FUZZ_MUTATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count);
        if (!wished) count = Few * names.Length;

        var image = new RgbImage();
        int[] refused = new int[names.Length];
        TimeSpan longest = TimeSpan.Zero;
        for (int round = 0; round < count; round++)
        {
            int file = round % names.Length;
            byte[] mutated = Mutate(files[file], new CounterRandom(20, (ulong)round), round / names.Length);
            long start = Stopwatch.GetTimestamp();
            try
            {
                ImageDecoder.Decode(mutated, image, limits[file]);
                Assert.Equal(limits[file].Channels, image.Channels);
                Assert.InRange(Math.Min(image.Width, image.Height), Limits.MinSide, 1_000_000);
                Assert.InRange(image.Width * image.Height, 1, Limits.MaxPixels);
            }
            catch (ImageException)
            {
                refused[file]++;
            }
            catch (Exception e)
            {
                Assert.Fail($"Round {round}, {names[file]}: {Convert.ToBase64String(mutated)}\n{e}");
            }

            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
        }

        Assert.All(refused, number => Assert.InRange(number, 1, count / names.Length));
        if (!wished) return;

        using Process process = Process.GetCurrentProcess();
        TestContext.Current.SendDiagnosticMessage(
            $"{count} files, {refused.Sum()} refused, the longest took {longest.TotalMilliseconds:F0} ms, at most {process.PeakWorkingSet64 >> 20} MB in the process");
        Assert.True(longest < TimeSpan.FromSeconds(2), $"A file took {longest}.");
        Assert.True(process.PeakWorkingSet64 < 1 << 30, $"The process took {process.PeakWorkingSet64 >> 20} MB.");
    }

    // Some bytes or numbers replaced, half of the time near the head or the end, where the structure is; and sometimes a piece cut out or
    // doubled.
    private static byte[] Mutate(byte[] data, CounterRandom random, int round)
    {
        byte[] mutated = [.. data];
        int reach = round % 2 == 0 ? Math.Min(data.Length, 300) : data.Length, from = round % 4 == 2 ? data.Length - reach : 0;
        for (int i = random.NextInt(8); i >= 0; i--)
        {
            int place = from + random.NextInt(reach);
            if (round % 3 == 0 && place < data.Length - 4)
            {
                uint number = Telling[random.NextInt(Telling.Length)];
                if (random.NextInt(2) == 0)
                    BinaryPrimitives.WriteUInt32LittleEndian(mutated.AsSpan(place & ~1), number);
                else
                    BinaryPrimitives.WriteUInt16LittleEndian(mutated.AsSpan(place & ~1), (ushort)number);
            }
            else
            {
                mutated[place] = round % 5 == 0 ? (byte)0xFF : (byte)random.NextInt(256);
            }
        }

        int at = random.NextInt(data.Length), length = random.NextInt(data.Length - at);
        return (round % 8) switch
        {
            6 => [.. mutated[..at], .. mutated[(at + length)..]],
            7 => [.. mutated[..(at + length)], .. mutated[at..]],
            _ => mutated,
        };
    }
}
