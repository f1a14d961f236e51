using DenseCL.Recipes;

namespace DenseCL.Images;

/// <summary>
/// Which images are accepted. An untrusted file is checked against these limits before memory is allocated for its pixels.
/// </summary>
public sealed record ImageLimits
{
    /// <summary>The limits that suit photographs.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>Minimum width and height in pixels, at least 1.</summary>
    /// <remarks>Smaller images are mostly icons and placeholders; their crops would be a few enlarged pixels.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MinSide
    {
        get;
        init => field = value >= 1 ? value : throw OutOfRange(nameof(MinSide), value, "1 or more pixels; choose 1 to take every size");
    } = 16;

    /// <summary>Maximum number of pixels (width · height) of an image, 1 to 500 million.</summary>
    /// <remarks>Decoding needs 7 to 15 bytes per pixel in each loader thread: up to 1.5 GB for 100 million pixels.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public long MaxPixels
    {
        get;
        init => field = value is >= 1 and <= 500_000_000 ? value : throw OutOfRange(nameof(MaxPixels), value, "1 to 500000000 pixels");
    } = 100_000_000;

    /// <summary>Maximum size of an image's file in bytes, 1 to 2³⁰.</summary>
    /// <remarks>The whole file is read into memory before it is decoded.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public long MaxFileBytes
    {
        get;
        init => field = value is >= 1 and <= 1 << 30 ? value : throw OutOfRange(nameof(MaxFileBytes), value, "1 to 1073741824 bytes");
    } = 256 << 20;

    /// <summary>The channels that an image is decoded to, 1 to 8.</summary>
    /// <remarks>
    /// 3, red, green and blue, takes every image. Any other number takes only images that have as many: grey ones for 1, TIFFs for the
    /// others.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public int Channels
    {
        get;
        init => field = value is >= 1 and <= DataOptions.MostChannels ? value : throw OutOfRange(nameof(Channels), value, "1 to 8 channels");
    } = DataOptions.Rgb;

    /// <summary>The limits that a recipe sets.</summary>
    /// <param name="data">Its data settings.</param>
    public static ImageLimits Of(DataOptions data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new ImageLimits { MinSide = data.MinSide, MaxPixels = data.MaxPixels, Channels = data.Channels };
    }

    /// <summary>Refuses a file that is too long.</summary>
    /// <exception cref="ImageException">It has more bytes than <see cref="MaxFileBytes"/>.</exception>
    internal void CheckBytes(long length)
    {
        if (length > MaxFileBytes)
        {
            throw new ImageException($"its {length} bytes are more than the limit of {MaxFileBytes} (MaxFileBytes)");
        }
    }

    /// <summary>Refuses an image of an unsuitable size.</summary>
    /// <exception cref="ImageException">It is too small or too large.</exception>
    internal void CheckSize(ImageHeader header)
    {
        (int width, int height) = header;
        if (Math.Min(width, height) < MinSide)
        {
            throw new ImageException($"{width} × {height} pixels are too small: a side is below {MinSide} (MinSide)");
        }

        if ((long)width * height > MaxPixels)
        {
            throw new ImageException($"{width} × {height} pixels are more than the limit of {MaxPixels} (MaxPixels)");
        }

        if ((long)width * height * Channels > Array.MaxLength)
        {
            throw new ImageException($"{width} × {height} pixels of {Channels} channels are more than one array holds");
        }
    }

    /// <summary>Refuses an image that has other channels.</summary>
    /// <exception cref="ImageException">It cannot be decoded to <see cref="Channels"/>.</exception>
    internal void CheckChannels(EncodedImage image)
    {
        if (!image.Gives(Channels))
        {
            string has = image.Channels == 1 ? "it is grey (1 channel)"
                : image.Channels == DataOptions.Rgb ? "it has red, green and blue (3 channels)"
                : $"it has {image.Channels} channels";
            throw new ImageException($"{has}, and images of {Channels} {(Channels == 1 ? "channel" : "channels")} are wanted (data.channels)");
        }
    }

    private static ArgumentOutOfRangeException OutOfRange(string name, long value, string range) =>
        new(name, value, $"{name} is {range}.");
}
