using System.Buffers.Binary;
using DenseCL.Images;

namespace DenseCL.Tests.Images;

/// <summary>TIFF files that lie about themselves.</summary>
public sealed class HostileTiffTests
{
    private const int Long = 4, Short = 3;

    [Theory]
    [InlineData(256, Long, 30_000u, "30000 × 29 pixels are more than the limit")]
    [InlineData(256, Long, 0xFFFFFFFFu, "Width is missing or wrong")]
    [InlineData(256, Long, 0u, "Width is missing or wrong")]
    [InlineData(257, 11, 29u, "Height is not a whole number")]
    [InlineData(258, Short, 32u, "32 bits a sample")]
    [InlineData(258, Short, 0u, "0 bits a sample")]
    [InlineData(259, Short, 6u, "compression 6")]
    [InlineData(259, Short, 65000u, "compression 65000")]
    [InlineData(262, Short, 8u, "CIE L*a*b*")]
    [InlineData(262, Short, 2u, "contradicts itself")]
    [InlineData(262, Short, 3u, "contradicts itself")]
    [InlineData(277, Short, 60_000u, "SamplesPerPixel is wrong")]
    [InlineData(278, Long, 0u, "strips without rows")]
    [InlineData(278, Long, 1u, "does not say where all of its pixels lie")]
    [InlineData(273, Long, 0x7FFFFFFFu, "truncated")]
    [InlineData(279, Long, 0x7FFFFFFFu, "truncated")]
    [InlineData(284, Long, 70_000u, "Planar is wrong")]
    public void A_directory_that_cannot_be_is_refused_with_the_reason(int tag, int type, uint value, string reason)
    {
        byte[] tiff = With(Grey(), tag, type, value);
        var limits = new ImageLimits { MaxPixels = 500_000 };
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<ImageException>(() => ImageDecoder.Decode(tiff, new RgbImage(), limits)).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000);
    }

    [Theory]
    [InlineData(322, 0xFFFFFFF0u)]
    [InlineData(323, 0x20000u)]
    [InlineData(322, 0x4000u)]
    public void A_tile_larger_than_the_picture_is_refused_before_memory_is_taken(int tag, uint value)
    {
        byte[] tiff = With(Golden.File("deflate-tiles.tif").Data, tag, tag == 322 || value > 65535 ? Long : Short, value);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ImageException>(() => ImageDecoder.Decode(tiff, new RgbImage(), ImageLimits.Default));

        // A tile of up to a million pixels may be taken, whatever the picture; whether the pool has one depends on the tests before.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public void A_picture_of_900_million_pixels_in_a_small_file_is_refused_before_memory_is_taken()
    {
        byte[] bomb = With(With(Grey(), 256, Long, 30_000), 257, Long, 30_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<ImageException>(() => ImageDecoder.Decode(bomb, new RgbImage(), ImageLimits.Default)).Message;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.Contains("30000 × 30000", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directories_in_a_circle_are_a_picture_of_which_the_first_page_is_read()
    {
        byte[] tiff = Grey();
        int directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(tiff.AsSpan(4));
        int next = directory + 2 + (12 * BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(directory)));
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(next), directory);
        var image = new RgbImage();
        ImageDecoder.Decode(tiff, image, ImageLimits.Default);
        Assert.Equal(Golden.File("strips.tif").Pixels, image.Pixels.ToArray());
    }

    [Fact]
    public void An_entry_that_comes_twice_is_refused()
    {
        byte[] tiff = With(Grey(), 257, Short, 43);
        int entry = Entry(tiff, 257);
        BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(entry), 256);
        Assert.Contains(
            "comes twice",
            Assert.Throws<ImageException>(() => ImageDecoder.Decode(tiff, new RgbImage(), ImageLimits.Default)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Many_threads_decode_good_and_damaged_files_side_by_side()
    {
        string[] names = [.. Golden.FileNames.Where(name => name.EndsWith(".tif", StringComparison.Ordinal))];
        (byte[] Data, int Width, int Height, byte[] Pixels)[] files = [.. names.Select(Golden.File)];
        byte[] damaged = [.. Golden.File("lzw-predicted-big.tif").Data];
        damaged.AsSpan(100, 50).Fill(0xFF);
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var image = new RgbImage();
            if (i % 3 == 0)
            {
                string message = Assert.Throws<ImageException>(() => ImageDecoder.Decode(damaged, image, ImageLimits.Default)).Message;
                Assert.StartsWith("damaged: its pixels cannot be decoded (", message, StringComparison.Ordinal);
                return;
            }

            ImageDecoder.Decode(files[i % files.Length].Data, image, ImageLimits.Default);
            Assert.Equal(files[i % files.Length].Pixels, image.Pixels.ToArray());
        });
    }

    // One strip of 8-bit grey: tiffcp's file has several, make.py's 16-bit one has one and the same directory.
    private static byte[] Grey()
    {
        byte[] pixels = Golden.File("strips.tif").Pixels;
        byte[] deep = Golden.File("grey16.tif").Data;
        byte[] tiff = [.. deep[..8], .. Enumerable.Range(0, pixels.Length / 3).Select(i => pixels[i * 3]), 0, .. deep[(8 + (pixels.Length / 3 * 2))..]];
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(4), 8 + (pixels.Length / 3) + 1);
        return With(With(tiff, 258, Short, 8), 279, Long, (uint)(pixels.Length / 3));
    }

    private static byte[] With(byte[] tiff, int tag, int type, uint value)
    {
        byte[] changed = [.. tiff];
        Span<byte> entry = changed.AsSpan(Entry(changed, tag));
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)type);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], value);
        return changed;
    }

    private static int Entry(byte[] tiff, int tag)
    {
        int entry = (int)BinaryPrimitives.ReadUInt32LittleEndian(tiff.AsSpan(4)) + 2;
        while (BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(entry)) != tag)
            entry += 12;

        return entry;
    }
}
