using System.Runtime.InteropServices;
using DenseCL.Recipes;

namespace DenseCL.Images.Tiff;

/// <summary>Makes channels of 8 bits each, red, green and blue or others, of the samples of a TIFF.</summary>
internal sealed class TiffSamples
{
    private readonly TiffHead head;
    private readonly byte[] table;
    private readonly byte[] palette;
    private readonly int samples;

    private TiffSamples(TiffHead head, byte[] table, byte[] palette, int channels) =>
        (this.head, this.table, this.palette, Channels, samples) = (head, table, palette, channels, head.Planar ? 1 : head.Samples);

    /// <summary>Channels of a pixel.</summary>
    public int Channels { get; }

    /// <summary>How many kinds of samples are read one after another: 1 if they lie side by side.</summary>
    public int Planes => head.Planar && head.KeepsSamples(Channels) ? Channels : 1;

    // The value of a sample that is black.
    private int Black => head.Colour == TiffColour.GreyFromWhite ? (1 << head.Bits) - 1 : 0;

    /// <summary>For a picture.</summary>
    /// <param name="head">What it is.</param>
    /// <param name="table">What becomes of a sample of more than 8 bits.</param>
    /// <param name="channels">Channels of a pixel; the head must say that it gives as many.</param>
    public static TiffSamples Of(TiffHead head, byte[] table, int channels) =>
        new(head, head.Bits > 8 ? table : SampleTable.Of(0, (1 << head.Bits) - 1), Colours(head.Palette), channels);

    /// <summary>Bytes of a row of pixels.</summary>
    public int BytesOf(int columns) => ((columns * samples * head.Bits) + 7) / 8;

    /// <summary>Converts a row.</summary>
    /// <param name="row">The samples, those of 16 bits in the processor's byte order.</param>
    /// <param name="plane">Which kind of samples these are, if each is stored for itself.</param>
    /// <param name="pixels">Receives the pixels, or one channel of each.</param>
    public void Write(ReadOnlySpan<byte> row, int plane, Span<byte> pixels)
    {
        int black = Black;
        if (!head.KeepsSamples(Channels) || (Channels == DataOptions.Rgb && !head.Planar))
        {
            WriteColours(row, pixels);
        }
        else if (head.Planar)
        {
            for (int i = plane, at = 0; i < pixels.Length; i += Channels, at++)
                pixels[i] = table[Math.Abs(black - Sample(row, at))];
        }
        else
        {
            for (int i = 0, at = 0; i < pixels.Length; i += Channels, at += samples)
            {
                for (int channel = 0; channel < Channels; channel++)
                    pixels[i + channel] = table[Math.Abs(black - Sample(row, at + channel))];
            }
        }
    }

    private void WriteColours(ReadOnlySpan<byte> row, Span<byte> rgb)
    {
        if (head.Colour == TiffColour.Rgb)
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
            int from = Black;
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
