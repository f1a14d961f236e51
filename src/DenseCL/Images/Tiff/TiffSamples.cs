using System.Runtime.InteropServices;

namespace DenseCL.Images.Tiff;

/// <summary>Makes red, green and blue of 8 bits each of the samples of a TIFF.</summary>
internal sealed class TiffSamples
{
    private readonly TiffHead head;
    private readonly byte[] table;
    private readonly byte[] palette;
    private readonly int samples;

    private TiffSamples(TiffHead head, byte[] table, byte[] palette) =>
        (this.head, this.table, this.palette, samples) = (head, table, palette, head.Planar ? 1 : head.Samples);

    /// <summary>How many kinds of samples are read one after another: 1 if they lie side by side.</summary>
    public int Planes => head.Planar && head.Colour == TiffColour.Rgb ? 3 : 1;

    /// <summary>For a picture.</summary>
    /// <param name="head">What it is.</param>
    /// <param name="table">What becomes of a sample of more than 8 bits.</param>
    public static TiffSamples Of(TiffHead head, byte[] table) =>
        new(head, head.Bits > 8 ? table : SampleTable.Of(0, (1 << head.Bits) - 1), Colours(head.Palette));

    /// <summary>Bytes of a row of pixels.</summary>
    public int BytesOf(int columns) => ((columns * samples * head.Bits) + 7) / 8;

    /// <summary>Converts a row.</summary>
    /// <param name="row">The samples, those of 16 bits in the processor's byte order.</param>
    /// <param name="plane">Which kind of samples these are, if each is stored for itself.</param>
    /// <param name="rgb">Receives the pixels, or one colour of each.</param>
    public void Write(ReadOnlySpan<byte> row, int plane, Span<byte> rgb)
    {
        if (head.Planar && head.Colour == TiffColour.Rgb)
        {
            for (int i = plane, at = 0; i < rgb.Length; i += 3, at++)
                rgb[i] = table[Sample(row, at)];
        }
        else if (head.Colour == TiffColour.Rgb)
        {
            for (int i = 0, at = 0; i < rgb.Length; i += 3, at += samples)
                (rgb[i], rgb[i + 1], rgb[i + 2]) = (table[Sample(row, at)], table[Sample(row, at + 1)], table[Sample(row, at + 2)]);
        }
        else if (head.Colour == TiffColour.Palette)
        {
            for (int i = 0, at = 0; i < rgb.Length; i += 3, at += samples)
                palette.AsSpan(Sample(row, at) * 3, 3).CopyTo(rgb[i..]);
        }
        else
        {
            int from = head.Colour == TiffColour.GreyFromWhite ? (1 << head.Bits) - 1 : 0;
            for (int i = 0, at = 0; i < rgb.Length; i += 3, at += samples)
                rgb.Slice(i, 3).Fill(table[Math.Abs(from - Sample(row, at))]);
        }
    }

    // 16 bits a colour; but some programs write 8, as LibTiff's own tools know.
    private static byte[] Colours(IReadOnlyList<uint> palette)
    {
        int count = palette.Count / 3, shift = palette.Any(value => value > byte.MaxValue) ? 8 : 0;
        byte[] colours = new byte[count * 3];
        for (int i = 0; i < colours.Length; i++)
            colours[i] = (byte)(palette[((i % 3) * count) + (i / 3)] >> shift);

        return colours;
    }

    // Samples that are no whole bytes follow one another from the highest bit of a byte on.
    private int Sample(ReadOnlySpan<byte> row, int index)
    {
        if (head.Bits == 8) return row[index];
        if (head.Bits == 16) return MemoryMarshal.Read<ushort>(row[(index * 2)..]);

        int value = 0;
        for (int bit = index * head.Bits, end = bit + head.Bits; bit < end; bit++)
            value = (value << 1) | ((row[bit >> 3] >> (7 - (bit & 7))) & 1);

        return value;
    }
}
