using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace DenseCL.Images.Png;

/// <summary>Writes a PNG of 8 bits row by row, so that the image need not fit into memory.</summary>
internal sealed class PngRowWriter : IDisposable
{
    private const int ChunkBytes = 1 << 16;

    private readonly Stream file;
    private readonly MemoryStream compressed = new();
    private readonly ZLibStream zlib;
    private readonly int height;
    private readonly int samples;
    private readonly byte[] row;
    private int written;

    private PngRowWriter(Stream file, int width, int height, int samples, int colour, CompressionLevel level, ReadOnlySpan<byte> palette)
    {
        (this.file, this.height, this.samples) = (file, height, samples);
        row = new byte[checked((width * samples) + 1)];
        zlib = new ZLibStream(compressed, level, leaveOpen: true);
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> head = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], height);
        (head[8], head[9], head[10], head[11], head[12]) = (8, (byte)colour, 0, 0, 0);
        Chunk("IHDR"u8, head);
        if (!palette.IsEmpty)
        {
            Chunk("PLTE"u8, palette);
        }
    }

    /// <summary>8-bit grey.</summary>
    /// <param name="file">Receives the file; it is not disposed together with this object.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public static PngRowWriter Grey(Stream file, int width, int height) => new(file, width, height, 1, 0, CompressionLevel.Fastest, []);

    /// <summary>Numbers of colours.</summary>
    /// <inheritdoc cref="Grey"/>
    /// <param name="file">Receives the file; it is not disposed together with this object.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="palette">Red, green and blue of each colour, at most 256.</param>
    public static PngRowWriter Palette(Stream file, int width, int height, ReadOnlySpan<byte> palette) =>
        new(file, width, height, 1, 3, CompressionLevel.Fastest, palette);

    /// <summary>Red, green and blue.</summary>
    /// <inheritdoc cref="Grey"/>
    public static PngRowWriter Rgb(Stream file, int width, int height) => new(file, width, height, 3, 2, CompressionLevel.Fastest, []);

    /// <summary>Writes the next row.</summary>
    /// <param name="pixels">Its samples.</param>
    public void Write(ReadOnlySpan<byte> pixels)
    {
        // Numbers and levels of a mask are best left as they are; colours are predicted from the pixel before (filter 1).
        row[0] = (byte)(samples == 1 ? 0 : 1);
        pixels.CopyTo(row.AsSpan(1));
        if (samples > 1)
        {
            for (int i = pixels.Length - 1; i >= samples; i--)
            {
                row[i + 1] -= pixels[i - samples];
            }
        }

        zlib.Write(row);
        written++;
        if (compressed.Length >= ChunkBytes)
        {
            FlushChunk();
        }
    }

    /// <summary>Ends the file.</summary>
    /// <exception cref="InvalidOperationException">Rows are missing.</exception>
    public void End()
    {
        if (written != height)
        {
            throw new InvalidOperationException($"{written} of {height} rows were written.");
        }

        zlib.Dispose();
        FlushChunk();
        Chunk("IEND"u8, []);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        zlib.Dispose();
        compressed.Dispose();
    }

    private void FlushChunk()
    {
        Chunk("IDAT"u8, compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
        compressed.SetLength(0);
    }

    private void Chunk(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(content);
        Crc32 sum = new();
        sum.Append(kind);
        sum.Append(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, sum.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}
