using System.Buffers.Binary;
using DenseCL.Platform;

namespace DenseCL.Tests.Images.Jpeg;

/// <summary>
/// Writes JPEGs with random coefficients (ITU-T T.81), for what Skia's encoder does not write: restart markers, codes of all lengths,
/// orientations. What their pixels are, Skia says.
/// </summary>
internal sealed class JpegWriter
{
    // Symbols of a table, from the shortest code to the longest: 2, 3, … 9 bits for the first eight, then six of 12 bits and the others of
    // 16.
    private static readonly byte[] DcSymbols = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    private static readonly byte[] AcSymbols =
    [
        .. (byte[])[0x01, 0x00, 0x02, 0x11, 0x03, 0xF0, 0x21, 0x12],
        .. Enumerable
            .Range(1, 255)
            .Select(i => (byte)i)
            .Where(i => (i & 15) is >= 1 and <= 10 && i is not (0x01 or 0x02 or 0x11 or 0x03 or 0x21 or 0x12)),
    ];

    private readonly List<byte> bytes = [];
    private ulong bits;
    private int count;

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>The luma's sampling factors, 0x11, 0x21 or 0x22; 0 for grey.</summary>
    public byte Sampling { get; init; } = 0x22;

    public int RestartInterval { get; init; }

    public byte Quantisation { get; init; } = 3;

    public byte Frame { get; init; } = 0xC0;

    /// <summary>Segments to put at the front, with their markers and lengths.</summary>
    public byte[] Front { get; init; } = [0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0];

    public static byte[] Exif(int orientation, bool bigEndian)
    {
        byte[] tiff = bigEndian
            ? [.. "MM\0*"u8, 0, 0, 0, 8, 0, 2, 1, 0, 0, 3, 0, 0, 0, 1, 0, 9, 0, 0, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0]
            : [.. "II*\0"u8, 8, 0, 0, 0, 2, 0, 0, 1, 3, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0];
        return [0xFF, 0xE1, 0, (byte)(tiff.Length + 8), .. "Exif\0\0"u8, .. tiff];
    }

    public byte[] Write(ulong seed)
    {
        var random = new CounterRandom(seed, (ulong)Width, (ulong)Height);
        int components = Sampling == 0 ? 1 : 3;
        (int across, int down) = Sampling == 0 ? (1, 1) : (Sampling >> 4, Sampling & 15);
        bytes.Clear();
        bytes.AddRange([0xFF, 0xD8, .. Front]);
        byte[] factors = [.. Enumerable.Range(0, 64).Select(i => (byte)(Quantisation + (i / 4)))];
        Segment(0xDB, [0, .. factors]);
        byte[] size = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)Height);
        BinaryPrimitives.WriteUInt16BigEndian(size.AsSpan(2), (ushort)Width);
        byte[] luma = [1, Sampling == 0 ? (byte)0x11 : Sampling, 0];
        Segment(Frame, [8, .. size, (byte)components, .. luma, .. components == 3 ? (byte[])[2, 0x11, 0, 3, 0x11, 0] : []]);
        Segment(0xC4, [0x00, .. Counts(DcSymbols), .. DcSymbols, 0x10, .. Counts(AcSymbols), .. AcSymbols]);
        if (RestartInterval > 0) Segment(0xDD, [(byte)(RestartInterval >> 8), (byte)RestartInterval]);

        Segment(0xDA, [(byte)components, .. components == 3 ? (byte[])[1, 0, 2, 0, 3, 0] : [1, 0], 0, 63, 0]);
        int units = (Width + (8 * across) - 1) / (8 * across) * ((Height + (8 * down) - 1) / (8 * down));
        int[] means = new int[3];
        for (int unit = 0; unit < units; unit++)
        {
            if (RestartInterval > 0 && unit > 0 && unit % RestartInterval == 0)
            {
                Flush();
                bytes.AddRange([0xFF, (byte)(0xD0 + (((unit / RestartInterval) - 1) & 7))]);
                Array.Clear(means);
            }

            for (int component = 0; component < components; component++)
            {
                for (int i = component == 0 ? across * down : 1; i > 0; i--)
                    Block(ref means[component], ref random);
            }
        }

        Flush();
        return [.. bytes, 0xFF, 0xD9];
    }

    // Some blocks are flat, some have a few coefficients in the corner, some have many.
    private void Block(ref int mean, ref CounterRandom random)
    {
        int next = random.NextInt(200) - 100;
        Code(DcSymbols, Size(next - mean));
        Value(next - mean);
        mean = next;
        int last = random.NextInt(3) switch { 0 => 0, 1 => random.NextInt(10), _ => random.NextInt(64) };
        int run = 0;
        for (int k = 1; k <= last; k++)
        {
            int value = random.NextInt(3) == 0 || k == last ? (random.NextInt(30) == 0 ? random.NextInt(100) : random.NextInt(6)) - 2 : 0;
            value = k == last && value == 0 ? -1 : value;
            if (value == 0)
            {
                run++;
                continue;
            }

            for (; run > 15; run -= 16)
                Code(AcSymbols, 0xF0);
            Code(AcSymbols, (byte)((run << 4) | Size(value)));
            Value(value);
            run = 0;
        }

        if (last < 63) Code(AcSymbols, 0);
    }

    private static byte Size(int value) => (byte)(32 - int.LeadingZeroCount(Math.Abs(value)));

    private void Value(int value) => Put(value < 0 ? value + (1 << Size(value)) - 1 : value, Size(value));

    private static byte[] Counts(byte[] symbols)
    {
        byte[] counts = new byte[16];
        for (int i = 0; i < symbols.Length; i++)
            counts[LengthOf(i) - 1]++;
        return counts;
    }

    private static int LengthOf(int index) => index < 8 ? index + 2 : index < 14 ? 12 : 16;

    // Canonical codes: each is one more than the one before, with zeros behind it where it is longer.
    private void Code(byte[] symbols, byte symbol)
    {
        int index = Array.IndexOf(symbols, symbol), code = 0;
        for (int i = 0; i < index; i++)
            code = (code + 1) << (LengthOf(i + 1) - LengthOf(i));
        Put(code, LengthOf(index));
    }

    private void Put(int value, int length)
    {
        bits = (bits << length) | (uint)value;
        for (count += length; count >= 8; count -= 8)
        {
            byte full = (byte)(bits >> (count - 8));
            bytes.Add(full);
            if (full == 0xFF) bytes.Add(0);
        }
    }

    private void Flush()
    {
        if (count > 0) Put((1 << (8 - count)) - 1, 8 - count);
    }

    private void Segment(byte marker, byte[] content) =>
        bytes.AddRange([0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content]);
}
