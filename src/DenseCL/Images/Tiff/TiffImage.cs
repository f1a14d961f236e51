using System.Buffers;
using LibTiff = BitMiracle.LibTiff.Classic.Tiff;

namespace DenseCL.Images.Tiff;

/// <summary>
/// The first page of a TIFF. LibTiff decompresses it, after <see cref="TiffHead"/> has checked everything that it takes memory for; only
/// JPEGs in it go the way of other JPEGs.
/// </summary>
internal sealed unsafe class TiffImage : EncodedImage
{
    private readonly TiffHead head;
    private readonly byte* file;
    private readonly int length;

    private TiffImage(TiffHead head, byte* file, int length)
    {
        this.file = file;
        (this.head, this.length) = (head, length);
    }

    /// <inheritdoc/>
    public override int Bits => head.Bits;

    /// <inheritdoc/>
    public override int UsedBits => head.UsedBits;

    /// <inheritdoc/>
    public override int Channels => head.Channels;

    /// <summary>Reads the header.</summary>
    /// <exception cref="ImageException">It is damaged, or of a kind that is not read.</exception>
    public static TiffImage ReadHead(byte* file, int length, ImageLimits limits)
    {
        var head = TiffHead.Read(new ReadOnlySpan<byte>(file, length), limits);
        return new TiffImage(head, file, length) { Orientation = head.Orientation, StoredWidth = head.Width, StoredHeight = head.Height };
    }

    /// <inheritdoc/>
    public override bool Gives(int channels) => head.Gives(channels);

    /// <inheritdoc/>
    public override int ScratchBytes(int reduction, int channels) => StoredWidth * StoredHeight * channels;

    /// <inheritdoc/>
    public override void Decode(Span<byte> scratch, int reduction, PixelArea part, byte[] table, int channels, RgbImage into)
    {
        if (head.Compression == TiffCompression.Jpeg)
            TiffJpeg.Decode(head, new ReadOnlySpan<byte>(file, length), channels, scratch);
        else
            Decompress(TiffSamples.Of(head, table, channels), scratch);

        Images.Orientation.Apply(Orientation, scratch, channels, channels, part, StoredWidth, into);
    }

    private static ImageException Damaged(Exception? cause = null) =>
        new($"damaged: its pixels cannot be decoded{TiffMessages.Said}", cause!);

    private void Decompress(TiffSamples samples, Span<byte> pixels)
    {
        TiffMessages.Begin();
        try
        {
            using LibTiff tiff = LibTiff.ClientOpen("", "r", null, new TiffMemory(file, length)) ?? throw Damaged();
            CheckSame(tiff);
            if (head.Tile is { } tile)
                ReadTiles(tiff, tile, samples, pixels);
            else
                ReadStrips(tiff, samples, pixels);
        }
        catch (Exception e) when (e is not (ImageException or OutOfMemoryException))
        {
            // LibTiff has no exceptions of its own: damaged data show as those of the arrays that they lead out of.
            throw Damaged(e);
        }
        finally
        {
            TiffMessages.End();
        }
    }

    // Both have read the same bytes. If they disagreed, the checks would have been made of something else.
    private void CheckSame(LibTiff tiff)
    {
        long rowBytes = (((long)(head.Tile?.Width ?? head.Width) * (head.Planar ? 1 : head.Samples) * head.Bits) + 7) / 8;
        bool same = Field(tiff, BitMiracle.LibTiff.Classic.TiffTag.IMAGEWIDTH) == head.Width
            && Field(tiff, BitMiracle.LibTiff.Classic.TiffTag.IMAGELENGTH) == head.Height
            && Field(tiff, BitMiracle.LibTiff.Classic.TiffTag.COMPRESSION) == (int)head.Compression
            && tiff.IsTiled() == head.Tile is not null
            && (head.Tile is null ? tiff.ScanlineSize() : tiff.TileRowSize()) == rowBytes;
        if (!same) throw Damaged();

        static int Field(LibTiff tiff, BitMiracle.LibTiff.Classic.TiffTag tag) => tiff.GetField(tag)?[0].ToInt() ?? 0;
    }

    private void ReadStrips(LibTiff tiff, TiffSamples samples, Span<byte> pixels)
    {
        int stride = StoredWidth * samples.Channels;
        byte[] row = ArrayPool<byte>.Shared.Rent(Math.Max(tiff.ScanlineSize(), samples.BytesOf(StoredWidth)));
        try
        {
            for (int plane = 0; plane < samples.Planes; plane++)
            {
                for (int y = 0; y < StoredHeight; y++)
                {
                    if (!tiff.ReadScanline(row, y, (short)plane)) throw Damaged();
                    samples.Write(row, plane, pixels.Slice(y * stride, stride));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(row);
        }
    }

    private void ReadTiles(LibTiff tiff, (int Width, int Height) size, TiffSamples samples, Span<byte> pixels)
    {
        int channels = samples.Channels;
        int rowBytes = samples.BytesOf(size.Width), bytes = checked(rowBytes * size.Height);
        if (tiff.TileSize() != bytes) throw Damaged();

        byte[] tile = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            for (int plane = 0; plane < samples.Planes; plane++)
            {
                for (int top = 0; top < StoredHeight; top += size.Height)
                {
                    for (int left = 0; left < StoredWidth; left += size.Width)
                    {
                        if (tiff.ReadTile(tile, 0, left, top, 0, (short)plane) < 0) throw Damaged();

                        int columns = Math.Min(size.Width, StoredWidth - left), rows = Math.Min(size.Height, StoredHeight - top);
                        for (int y = 0; y < rows; y++)
                        {
                            Span<byte> into = pixels.Slice((((top + y) * StoredWidth) + left) * channels, columns * channels);
                            samples.Write(tile.AsSpan(y * rowBytes, rowBytes), plane, into);
                        }
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(tile);
        }
    }
}
