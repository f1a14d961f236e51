using System.Buffers.Binary;

namespace DenseCL.Tests.Images;

/// <summary>Writes the simplest TIFF of any number of channels: one strip, 8 bits, not compressed.</summary>
internal static class PlainTiff
{
    private const int Short = 3, Long = 4, Head = 8;

    public static byte[] Of(int width, int height, int channels, Func<int, int, int, int> value)
    {
        byte[] pixels = new byte[width * height * channels];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)value(i / channels % width, i / channels / width, i % channels);

        return Of(width, height, channels, pixels);
    }

    public static byte[] Of(int width, int height, int channels, byte[] pixels)
    {
        int bits = Head + pixels.Length + (pixels.Length % 2), kinds = bits + (2 * channels);
        (int Tag, int Type, int Count, int Value)[] entries =
        [
            (256, Long, 1, width), (257, Long, 1, height), Many(258, channels, 8, bits), (259, Short, 1, 1), (262, Short, 1, 1),
            (273, Long, 1, Head), (277, Short, 1, channels), (278, Long, 1, height), (279, Long, 1, pixels.Length),
            .. channels > 1 ? [Many(338, channels - 1, 0, kinds)] : Array.Empty<(int, int, int, int)>(),
        ];
        int directory = kinds + (2 * channels);
        byte[] file = new byte[directory + 2 + (12 * entries.Length) + 4];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), directory);
        pixels.CopyTo(file.AsSpan(Head));
        for (int i = 0; i < channels; i++)
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(bits + (2 * i)), 8);

        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(directory), (short)entries.Length);
        foreach ((int i, (int tag, int type, int count, int number)) in entries.Index())
        {
            Span<byte> entry = file.AsSpan(directory + 2 + (12 * i));
            BinaryPrimitives.WriteInt16LittleEndian(entry, (short)tag);
            BinaryPrimitives.WriteInt16LittleEndian(entry[2..], (short)type);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], count);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], number);
        }

        return file;

        // Up to two shorts lie in the entry itself.
        static (int, int, int, int) Many(int tag, int count, int value, int place) =>
            (tag, Short, count, count > 2 ? place : count == 2 ? value | (value << 16) : value);
    }
}
