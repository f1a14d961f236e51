using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Recipes.Settings;

namespace DenseCL.Transfer.Features;

/// <summary>
/// The usual view of a test image, as with torchvision's <c>Resize(256 / 224 · size)</c> and <c>CenterCrop(size)</c>. Use one instance per
/// thread.
/// </summary>
/// <param name="size">The side of the view in pixels.</param>
/// <param name="depth">Which values of more than 8 bits become black and white.</param>
internal sealed class CentreCrop(int size, PixelDepth depth = default)
{
    private readonly RgbImage image = new();
    private readonly Scratch scratch = new();
    private byte[] resized = [];

    /// <summary>Decodes a file and cuts its view out.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="limits">Which images are accepted.</param>
    /// <param name="view">Receives (size, size, channels), of the limits' channels.</param>
    /// <exception cref="ImageException">The file cannot be used.</exception>
    public void Read(ReadOnlySpan<byte> file, ImageLimits limits, Span<byte> view)
    {
        ImageDecoder.Decode(file, image, limits, depth);
        (int width, int height) = Resized(image.Width, image.Height);
        int channels = image.Channels, bytes = checked(width * height * channels);
        if (resized.Length < bytes)
        {
            resized = GC.AllocateUninitializedArray<byte>(bytes);
        }

        Resample.ResizedCrop(image, 0, 0, image.Width, image.Height, resized.AsSpan(0, bytes), width, height, scratch);

        // Rounded to even, like Python's round().
        int left = (int)Math.Round((width - size) / 2.0), top = (int)Math.Round((height - size) / 2.0);
        for (int y = 0; y < size; y++)
        {
            resized.AsSpan(((((top + y) * width) + left) * channels), size * channels).CopyTo(view[(y * size * channels)..]);
        }
    }

    private (int Width, int Height) Resized(int width, int height)
    {
        int side = (int)Math.Round(size * 256 / 224.0);
        return width <= height ? (side, (int)((long)side * height / width)) : ((int)((long)side * width / height), side);
    }
}
