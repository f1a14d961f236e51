using System.Buffers;
using System.Runtime.Intrinsics;

namespace DenseCL.Images.Jpeg;

/// <summary>
/// Decodes the common JPEG (<see cref="JpegHead"/>) to the pixels that libjpeg-turbo gives by default, to the last bit: all of it or a
/// part, full size or reduced. It takes only files without any irregularity. A file that it refuses may be damaged or just unusual; the
/// general decoder decides which.
/// </summary>
/// <remarks>
/// Every bit of the entropy-coded data is decoded, whichever part is requested, so a file is refused for every part or for none. The
/// exception is values that no encoder produces, in blocks of the part. Written from ITU-T T.81. Use one instance per thread.
/// </remarks>
internal sealed class JpegDecoder
{
    // How far the triangle filter of the chroma reads beyond a pixel.
    private const int FilterReach = 2;

    private readonly JpegHead head = new();
    private readonly SamplePlane[] planes = [new(), new(), new()];
    private readonly int[] means = new int[3];
    private readonly short[] block = new short[BlockDecoder.Places];
    private readonly short[] unseen = new short[BlockDecoder.Places];
    private ushort[] sums = [];
    private byte[] chroma = [];

    /// <summary>Width in pixels as stored.</summary>
    public int Width => head.Width;

    /// <summary>Height in pixels as stored.</summary>
    public int Height => head.Height;

    /// <summary>The EXIF orientation, 1 to 8.</summary>
    public int Orientation => head.Orientation;

    /// <summary>Reads the header of a file.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <returns>False if the file is not of the common kind.</returns>
    public bool TryRead(ReadOnlySpan<byte> file) => head.TryRead(file);

    /// <summary>Decodes a part of the file whose header was read last.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="part">The part in pixels as stored, of the reduced image.</param>
    /// <param name="reduction">1, 2, 4 or 8: how many pixels, across and down, become one. The reduced sides are rounded up.</param>
    /// <param name="rgb">Receives the part, (height, width, 3).</param>
    /// <returns>False if something in the file is irregular; <paramref name="rgb"/> is then undefined.</returns>
    public bool TryDecode(ReadOnlySpan<byte> file, PixelArea part, int reduction, Span<byte> rgb)
    {
        byte[] segment = ArrayPool<byte>.Shared.Rent(file.Length - head.ScanStart + BitReader.Padding);
        try
        {
            return TryDecode(new ScanSegments(file, head.ScanStart), segment, part, 8 / reduction, rgb);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(segment);
            foreach (SamplePlane plane in planes)
                plane.Return();
        }
    }

    // A unit is what the scan interleaves (T.81: MCU): one block of each chroma component and the luma blocks that belong to them.
    private bool TryDecode(ScanSegments segments, byte[] memory, PixelArea part, int size, Span<byte> rgb)
    {
        (int unitWidth, int unitHeight) = (head.Across * size, head.Down * size);
        (int across, int down) = (Ceiling(head.Width, head.Across * 8), Ceiling(head.Height, head.Down * 8));
        PixelArea seen = part.Grow(FilterReach, Ceiling(head.Width * size, 8), Ceiling(head.Height * size, 8));
        var units = PixelArea.Between(
            seen.Left / unitWidth,
            seen.Top / unitHeight,
            Ceiling(seen.Right, unitWidth),
            Ceiling(seen.Bottom, unitHeight));
        if (!TryRent(units, size))
            return false;

        int interval = head.RestartInterval == 0 ? across * down : head.RestartInterval;
        int untilRestart = 0, written = part.Top;
        var reader = default(BitReader);
        Vector256<int> beyond = Vector256<int>.Zero;
        for (int y = 0; y < down; y++)
        {
            for (int x = 0; x < across; x++, untilRestart--)
            {
                if (untilRestart == 0)
                {
                    bool first = x == 0 && y == 0, last = ((long)y * across) + x + interval >= (long)across * down;
                    if ((!first && !reader.AtEnd) || !segments.TryNext(memory, last, out ReadOnlySpan<byte> segment)) return false;

                    reader = new BitReader(segment);
                    untilRestart = interval;
                    Array.Clear(means);
                }

                bool wanted = x >= units.Left && x < units.Right && y >= units.Top && y < units.Bottom;
                if (!(wanted ? TryDecodeUnit(ref reader, x, y, ref beyond) : TrySkipUnit(ref reader))) return false;
            }

            if (y < units.Top || y >= units.Bottom) continue;

            // The filter of the last row reads the unit below.
            int end = y == units.Bottom - 1 ? part.Bottom : Math.Min(part.Bottom, ((y + 1) * unitHeight) - (head.Down - 1));
            for (; written < end; written++)
                Write(written, part, size, rgb.Slice((written - part.Top) * part.Width * 3, part.Width * 3));
        }

        return reader.AtEnd && !Vector256.LessThanAny(beyond, Vector256<int>.Zero);
    }

    private bool TryRent(PixelArea units, int size)
    {
        for (int i = 0; i < head.Components; i++)
        {
            // Where the factors allow it, the chroma is reduced less instead of being enlarged afterwards.
            int block = size;
            while (i > 0 && block < 8 && head.Across * size % (block * 2) == 0 && head.Down * size % (block * 2) == 0)
                block *= 2;

            (int across, int down) = i == 0 ? (head.Across, head.Down) : (1, 1);
            var samples = new PixelArea(
                units.Left * across * block,
                units.Top * down * block,
                units.Width * across * block,
                units.Height * down * block);
            int width = Ceiling(head.Width * across * block, head.Across * 8),
                height = Ceiling(head.Height * down * block, head.Down * 8);
            if (!planes[i].TryRent(block, width, height, samples))
                return false;
        }

        if (sums.Length < planes[1].Stride) sums = GC.AllocateUninitializedArray<ushort>(planes[1].Stride);
        if (chroma.Length < 4 * planes[1].Stride) chroma = GC.AllocateUninitializedArray<byte>(4 * planes[1].Stride);
        return true;
    }

    private bool TryDecodeUnit(ref BitReader reader, int x, int y, ref Vector256<int> beyond)
    {
        for (int component = 0; component < head.Components; component++)
        {
            SamplePlane plane = planes[component];
            (int across, int down) = component == 0 ? (head.Across, head.Down) : (1, 1);
            ReadOnlySpan<int> factors = head.Quantisation(component);
            for (int i = 0; i < across * down; i++)
            {
                int last = BlockDecoder.Decode(ref reader, head.Dc(component), head.Ac(component), ref means[component], block);
                if (last == BlockDecoder.Damaged)
                {
                    Array.Clear(block);
                    return false;
                }

                Span<byte> samples = plane.From(
                    ((x * across) + (i % across)) * plane.BlockSize,
                    ((y * down) + (i / across)) * plane.BlockSize);
                if (plane.BlockSize == 8)
                    InverseDct.Transform(block, last, factors, samples, plane.Stride, ref beyond);
                else
                    ReducedDct.Transform(plane.BlockSize, block, factors, samples, plane.Stride, ref beyond);

                block.AsSpan(0, 64).Clear();
            }
        }

        return true;
    }

    private bool TrySkipUnit(ref BitReader reader)
    {
        for (int component = 0; component < head.Components; component++)
        {
            int blocks = component == 0 ? head.Across * head.Down : 1;
            for (int i = 0; i < blocks; i++)
            {
                if (
                    BlockDecoder.Decode(ref reader, head.Dc(component), head.Ac(component), ref means[component], unseen)
                    == BlockDecoder.Damaged)
                    return false;
            }
        }

        return true;
    }

    private void Write(int y, PixelArea part, int size, Span<byte> rgb)
    {
        ReadOnlySpan<byte> luma = planes[0].From(part.Left, y);
        if (head.Components == 1)
        {
            RgbRow.FromGrey(luma, rgb);
            return;
        }

        int enlargement = head.Across * size / planes[1].BlockSize;
        if (enlargement == 1)
        {
            RgbRow.FromYcbcr(luma, planes[1].From(part.Left, y), planes[2].From(part.Left, y), rgb);
            return;
        }

        int half = chroma.Length / 2, skip = part.Left & 1;
        Enlarge(planes[1], y, part, size, chroma.AsSpan(0, half));
        Enlarge(planes[2], y, part, size, chroma.AsSpan(half));
        RgbRow.FromYcbcr(luma, chroma.AsSpan(skip, half - skip), chroma.AsSpan(half + skip), rgb);
    }

    // The row that belongs to luma row y, from the even column at or before the part.
    private void Enlarge(SamplePlane plane, int y, PixelArea part, int size, Span<byte> into)
    {
        (int first, int end) = (part.Left / 2, (part.Right + 1) / 2);
        bool both = head.Down * size / plane.BlockSize == 2;
        int row = both ? y / 2 : y;

        // Too narrow for the triangle filter, or reduced to means of blocks: samples are repeated.
        if (plane.Width <= 2 || size == 1)
        {
            ChromaRow.Repeat(plane.From(first, row)[..(end - first)], into);
            return;
        }

        (int from, int to) = (Math.Max(first - 1, 0), Math.Min(end + 1, plane.Width));
        Span<ushort> around = sums.AsSpan(0, end - first + 2);
        Span<ushort> inside = around.Slice(from - (first - 1), to - from);
        ReadOnlySpan<byte> near = plane.From(from, row)[..(to - from)];
        if (both)
        {
            int other = Math.Clamp((y & 1) == 0 ? row - 1 : row + 1, 0, plane.Height - 1);
            ChromaRow.Sums(near, plane.From(from, other)[..(to - from)], inside);
        }
        else
        {
            ChromaRow.Copy(near, inside);
        }

        if (first == 0) around[0] = around[1];
        if (end == plane.Width) around[^1] = around[^2];
        ChromaRow.Double(around, both, into);
    }

    private static int Ceiling(int value, int by) => (int)(((long)value + by - 1) / by);
}
