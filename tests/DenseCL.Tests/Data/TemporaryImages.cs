using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using SkiaSharp;

namespace DenseCL.Tests.Data;

/// <summary>A folder for one test, with images made on the spot, usable and not.</summary>
internal sealed class TemporaryImages : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("densecl-data-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public string PathOf(string name)
    {
        string path = Path.Combine([Root, .. name.Split('/')]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    public string Write(string name, params byte[] content)
    {
        string path = PathOf(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string Text(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Files whose names matter and whose content does not.</summary>
    public void Names(params string[] names)
    {
        foreach (string name in names)
            Text(name, name);
    }

    /// <summary>An image with coarse random texture.</summary>
    public string Picture(string name, int width = 48, int height = 40, int seed = 0) => Write(name, Encode(name, width, height, seed));

    /// <summary>A header that is right, and half of the pixels.</summary>
    public string Truncated(string name, int seed = 0)
    {
        byte[] whole = Encode(name, 200, 160, seed);
        return Write(name, whole[..(whole.Length / 2)]);
    }

    /// <summary>Every kind of file that calls itself an image and cannot be used, as its header shows.</summary>
    public string[] BadHeaders()
    {
        Write("bad/empty.jpg");
        Write("bad/animated.gif", AnimatedGif());
        Picture("bad/one-pixel.png", 1, 1);
        Write("bad/huge.png", HugePng());
        Text("bad/text.jpg", "This is no image, whatever its name says; it is a text of some length that no decoder knows.");
        return ["bad/animated.gif", "bad/empty.jpg", "bad/huge.png", "bad/one-pixel.png", "bad/text.jpg"];
    }

    private static byte[] Encode(string name, int width, int height, int seed)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(width, height);
        using (var canvas = new SKCanvas(bitmap))
        {
            for (int y = 0; y < height; y += 8)
            {
                for (int x = 0; x < width; x += 8)
                {
                    using var paint = new SKPaint { Color = new SKColor((uint)random.NextInt64(1L << 24) | 0xFF000000) };
                    canvas.DrawRect(x, y, 8, 8, paint);
                }
            }
        }

        SKEncodedImageFormat format = Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".PNG" => SKEncodedImageFormat.Png,
            ".WEBP" => SKEncodedImageFormat.Webp,
            _ => SKEncodedImageFormat.Jpeg,
        };
        using SKData data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    // 30000 × 30000 pixels in less than a hundred bytes.
    private static byte[] HugePng()
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] head = [0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(head, 30000);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), 30000);
        Chunk("IHDR", head);
        Chunk("IDAT", [0x78, 0x9C, 0x63, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01]);
        Chunk("IEND", []);
        return png.ToArray();

        void Chunk(string type, byte[] content)
        {
            byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content];
            byte[] number = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
            png.Write(number);
            png.Write(body);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(body));
            png.Write(number);
        }
    }

    // Two frames of 32 × 32 pixels. A clear code before every two pixels keeps the codes at three bits.
    private static byte[] AnimatedGif()
    {
        List<byte> gif = [.. "GIF89a"u8, 32, 0, 32, 0, 0x81, 0, 0, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255];
        for (int frame = 0; frame < 2; frame++)
        {
            gif.AddRange([0x21, 0xF9, 4, 0, 10, 0, 0, 0, 0x2C, 0, 0, 0, 0, 32, 0, 32, 0, 0, 2]);
            int[] codes = [.. Enumerable.Range(0, 512).SelectMany(_ => new[] { 4, frame, frame + 1 }), 5];
            byte[] packed = new byte[((codes.Length * 3) + 7) / 8];
            for (int bit = 0; bit < codes.Length * 3; bit++)
                packed[bit / 8] |= (byte)(((codes[bit / 3] >> (bit % 3)) & 1) << (bit % 8));
            foreach (byte[] block in packed.Chunk(255))
                gif.AddRange([(byte)block.Length, .. block]);
            gif.Add(0);
        }

        gif.Add(0x3B);
        return [.. gif];
    }
}
