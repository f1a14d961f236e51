using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using DenseCL.Images;
using SkiaSharp;

namespace DenseCL.Tests.Images;

public sealed class HostileFileTests
{
    private static readonly ImageLimits Limits = ImageLimits.Default;

    public static TheoryData<string> Files => [.. Golden.FileNames];

    [Theory]
    [InlineData("animated.gif", "animated")]
    [InlineData("animated.webp", "animated")]
    [InlineData("animated.png", "animated")]
    [InlineData("float.tif", "floating-point")]
    [InlineData("cmyk.tif", "CMYK")]
    [InlineData("fax.tif", "compression 4")]
    [InlineData("big.tif", "BigTIFF")]
    [InlineData("other.ico", "not an image")]
    [InlineData("other.ppm", "not an image")]
    [InlineData("one-pixel.png", "too small")]
    [InlineData("narrow.png", "too small")]
    public void What_is_not_taken_is_refused_with_the_reason(string name, string reason) => AssertRefused(Golden.Refused(name), reason);

    [Fact]
    public void Every_refused_file_of_the_fixture_is_tried_above() => Assert.Equal(11, Golden.RefusedNames.Count());

    [Fact]
    public void An_empty_file_and_a_text_are_refused_with_the_reason()
    {
        AssertRefused([], "empty");
        AssertRefused("Once upon a time there was a file."u8.ToArray(), "not an image");
        AssertRefused([0xFF, 0xD8, 0xFF], "head");
        AssertRefused("RIFF"u8.ToArray(), "not an image");
        AssertRefused("RIFF\xFF\xFF\xFF\xFFWEBP"u8.ToArray(), "not an image"); // the u8 literal encodes \xFF as two bytes
        AssertRefused([.. "RIFF"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WEBP"u8], "truncated");
    }

    [Fact]
    public void A_path_that_cannot_be_read_is_refused_with_the_reason()
    {
        string missing = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "missing.jpg");
        foreach (Action<string> read in Readers())
        {
            Assert.Contains("does not exist", Assert.Throws<ImageException>(() => read(missing)).Message, StringComparison.Ordinal);
            Assert.Contains("folder", Assert.Throws<ImageException>(() => read(Path.GetTempPath())).Message, StringComparison.Ordinal);
            Assert.Contains("cannot be read", Assert.Throws<ImageException>(() => read("a\0b")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_PNG_of_16_bits_with_a_wrong_check_sum_is_refused()
    {
        byte[] data = DeepPng(32, 32, (x, y) => x * y);
        int end = data.Length - 16;     // the last byte of the pixels' check sum is before the end chunk of 12 bytes
        data[end] ^= 1;
        AssertRefused(data, "check sum", header: false);
    }

    [Fact]
    public void A_file_above_the_limit_of_bytes_is_refused()
    {
        (byte[] data, _, _, _) = Golden.File("rgb.png");
        var small = new ImageLimits { MaxFileBytes = data.Length - 1 };
        using var file = new TemporaryFile(data);
        Assert.Contains(
            "MaxFileBytes",
            Assert.Throws<ImageException>(() => ImageDecoder.ReadHeader(file.Path, small)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "MaxFileBytes",
            Assert.Throws<ImageException>(() => ImageDecoder.Decode(file.Path, new RgbImage(), small)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "MaxFileBytes",
            Assert.Throws<ImageException>(() => ImageDecoder.Decode(data, new RgbImage(), small)).Message,
            StringComparison.Ordinal);
        ImageDecoder.Decode(data, new RgbImage(), new ImageLimits { MaxFileBytes = data.Length });
    }

    [Fact]
    public void The_limits_on_size_are_exact()
    {
        (byte[] data, int width, int height, _) = Golden.File("rgb.png");
        var image = new RgbImage();
        ImageDecoder.Decode(data, image, new ImageLimits { MaxPixels = width * height, MinSide = height });
        Assert.Throws<ImageException>(() => ImageDecoder.Decode(data, image, new ImageLimits { MaxPixels = (width * height) - 1 }));
        Assert.Throws<ImageException>(() => ImageDecoder.Decode(data, image, new ImageLimits { MinSide = height + 1 }));
    }

    [Fact]
    public void An_image_of_900_million_pixels_in_a_small_file_is_refused_before_memory_is_taken()
    {
        byte[] bomb = Png(30_000, 30_000);
        Assert.InRange(bomb.Length, 1, 2_000_000);
        var image = new RgbImage();

        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<ImageException>(() => ImageDecoder.Decode(bomb, image, Limits)).Message;

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.Contains("30000 × 30000", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_truncated_file_is_refused_or_has_all_its_pixels(string name)
    {
        (byte[] data, _, _, byte[] expected) = Golden.File(name);
        var image = new RgbImage();
        int accepted = 0;
        for (int length = 0; length < data.Length; length += length < data.Length - 80 ? 17 : 1)
        {
            if (Decodes(data.AsSpan(0, length), image, Limits))
            {
                accepted++;
                Assert.Equal(expected, image.Pixels.ToArray());
            }
        }

        // What is behind the last pixel: check sums and end marks, or a second page.
        Assert.InRange(accepted, 0, name == "pages.tif" ? 400 : 40);
    }

    [Fact]
    public void A_large_jpeg_is_refused_wherever_it_ends()
    {
        RgbImage source = Fill.Noise(320, 240, 3);
        using var bitmap = new SKBitmap(320, 240, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < 320 * 240; i++)
        {
            ReadOnlySpan<byte> pixel = source.Pixels.Slice(i * 3, 3);
            bitmap.SetPixel(i % 320, i / 320, new SKColor(pixel[0], pixel[1], pixel[2]));
        }

        using SKData encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        byte[] data = encoded.ToArray();
        var image = new RgbImage();
        Assert.True(Decodes(data, image, Limits));
        for (int cut = 1; cut < data.Length; cut += 1 + (data.Length / 40))
        {
            Assert.False(Decodes(data.AsSpan(0, data.Length - cut), image, Limits), $"Accepted without its last {cut} bytes.");
        }
    }

    /// <summary>A black bilevel PNG.</summary>
    internal static byte[] Png(int width, int height)
    {
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] row = new byte[1 + ((width + 7) / 8)];
            for (int y = 0; y < height; y++)
            {
                zlib.Write(row);
            }
        }

        return [0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, compressed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    /// <summary>A grey PNG of 16 bits a sample.</summary>
    internal static byte[] DeepPng(int width, int height, Func<int, int, int> value)
    {
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                for (int x = 0; x < width; x++)
                {
                    zlib.WriteByte((byte)(value(x, y) >> 8));
                    zlib.WriteByte((byte)value(x, y));
                }
            }
        }

        return [0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, compressed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> kind, byte[] content)
    {
        byte[] chunk = [0, 0, 0, 0, .. kind, .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.HashToUInt32(chunk.AsSpan(4, chunk.Length - 8)));
        return chunk;
    }

    private static bool Decodes(ReadOnlySpan<byte> data, RgbImage image, ImageLimits limits)
    {
        try
        {
            ImageDecoder.Decode(data, image, limits);
            return true;
        }
        catch (ImageException)
        {
            return false;
        }
    }

    private static void AssertRefused(byte[] data, string reason, bool header = true)
    {
        using var file = new TemporaryFile(data);
        foreach (Action<string> read in Readers().Skip(header ? 0 : 1))
        {
            Assert.Contains(reason, Assert.Throws<ImageException>(() => read(file.Path)).Message, StringComparison.Ordinal);
        }

        Assert.Contains(
            reason,
            Assert.Throws<ImageException>(() => ImageDecoder.Decode(data, new RgbImage(), Limits)).Message,
            StringComparison.Ordinal);
    }

    private static Action<string>[] Readers() =>
        [path => ImageDecoder.ReadHeader(path, Limits), path => ImageDecoder.Decode(path, new RgbImage(), Limits)];
}
