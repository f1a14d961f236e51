using System.Buffers;
using System.Collections.Concurrent;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Recipes;
using SkiaSharp;

namespace DenseCL.Data.Shards;

/// <summary>Gets the bytes of an image for a shard: its own, or those of a reduced JPEG. Can be called from any thread.</summary>
internal sealed class ImagePacker(ShardPackOptions options) : IDisposable
{
    private readonly OpenShards shards = new();
    private readonly ConcurrentBag<(RgbImage Image, Scratch Scratch)> work = [];

    /// <summary>
    /// Reads and decodes an image, as the training will, and reduces it if that was requested and it is larger.
    /// </summary>
    public PackedImage Pack(ImageEntry entry)
    {
        if (!work.TryTake(out (RgbImage Image, Scratch Scratch) own)) own = (new RgbImage(), new Scratch());

        try
        {
            using ImageFile file = shards.Open(entry, options.Limits);
            ReadOnlySpan<byte> bytes = file.Read(file.Length);
            ImageHeader original = ImageDecoder.ReadHeader(bytes, options.Limits);
            ImageDecoder.Decode(bytes, own.Image, options.Limits);      // a good header may have damage behind it

            // More than 8 bits stay as they are: which 8 of them count is for the training to say. So do other channels than a JPEG has.
            return options.ShortSide is { } side
                && Math.Min(original.Width, original.Height) > side
                && ImageDecoder.ReadSamples(bytes, options.Limits) is { Stored: <= 8, Channels: 1 or DataOptions.Rgb }
                ? Reduced(own.Image, own.Scratch, original, side)
                : Copy(bytes, Extension(EncodedImage.Recognise(bytes)), original, original);
        }
        catch (ImageException e)
        {
            return PackedImage.Unusable(e.Message);
        }
        finally
        {
            work.Add(own);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => shards.Dispose();

    private PackedImage Reduced(RgbImage image, Scratch scratch, ImageHeader original, int side)
    {
        // The longer side is truncated to whole pixels, like torchvision's Resize.
        (int width, int height) = original.Width <= original.Height
            ? (side, (int)((long)side * original.Height / original.Width))
            : ((int)((long)side * original.Width / original.Height), side);
        byte[] pixels = ArrayPool<byte>.Shared.Rent(width * height * 3);
        try
        {
            Span<byte> reduced = pixels.AsSpan(0, width * height * 3);
            Resample.ResizedCrop(image, 0, 0, original.Width, original.Height, reduced, width, height, scratch);
            using SKData jpeg = JpegEncoder.Encode(reduced, width, height, options.Quality);
            return Copy(jpeg.AsSpan(), "jpg", new ImageHeader(width, height), original);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    private static PackedImage Copy(ReadOnlySpan<byte> bytes, string extension, ImageHeader header, ImageHeader original)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(rented);
        return new PackedImage(rented, bytes.Length, extension, header, original, null);
    }

    // The extension follows from the bytes, not from the file's old name: readers of tars choose the decoder by it.
    private static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpg",
        ImageFormat.Png => "png",
        ImageFormat.WebP => "webp",
        ImageFormat.Gif => "gif",
        ImageFormat.Tiff => "tif",
        _ => "bmp",
    };
}
