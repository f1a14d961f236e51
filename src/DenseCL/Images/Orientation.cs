using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DenseCL.Images;

/// <summary>The eight EXIF orientations: how an image is stored, and how it is displayed.</summary>
internal static class Orientation
{
    /// <summary>The size as displayed; 5 to 8 swap the axes.</summary>
    public static ImageHeader Seen(int orientation, int storedWidth, int storedHeight) =>
        orientation >= 5 ? new(storedHeight, storedWidth) : new(storedWidth, storedHeight);

    /// <summary>Whether columns as displayed run against the axis that they are stored along.</summary>
    public static bool MirrorsColumns(int orientation) => orientation is 2 or 3 or 6 or 7;

    /// <summary>Whether rows as displayed run against the axis that they are stored along.</summary>
    public static bool MirrorsRows(int orientation) => orientation is 3 or 4 or 7 or 8;

    /// <summary>Where a rectangle is stored.</summary>
    /// <param name="orientation">1 to 8.</param>
    /// <param name="seen">The rectangle as displayed.</param>
    /// <param name="storedWidth">Width of the image as stored.</param>
    /// <param name="storedHeight">Height of the image as stored.</param>
    public static PixelArea Stored(int orientation, PixelArea seen, int storedWidth, int storedHeight)
    {
        (int width, int height) = Seen(orientation, storedWidth, storedHeight);
        int left = MirrorsColumns(orientation) ? width - seen.Right : seen.Left;
        int top = MirrorsRows(orientation) ? height - seen.Bottom : seen.Top;
        return orientation >= 5 ? new(top, left, seen.Height, seen.Width) : new(left, top, seen.Width, seen.Height);
    }

    /// <summary>Copies pixels into the order in which they are displayed.</summary>
    /// <param name="orientation">1 to 8.</param>
    /// <param name="pixels">The stored pixels.</param>
    /// <param name="pixelBytes">Bytes of a stored pixel.</param>
    /// <param name="channels">How many of them, from the first, are wanted.</param>
    /// <param name="stored">The requested part.</param>
    /// <param name="storedWidth">Width of the image as stored.</param>
    /// <param name="into">Receives the pixels.</param>
    public static void Apply(
        int orientation, ReadOnlySpan<byte> pixels, int pixelBytes, int channels, PixelArea stored, int storedWidth, RgbImage into)
    {
        (int width, int height) = Seen(orientation, stored.Width, stored.Height);
        into.Reset(width, height, channels);

        // The steps in memory to the next column and row as displayed, from the corner that is displayed first.
        (int column, int row) = orientation >= 5 ? (storedWidth, 1) : (1, storedWidth);
        (int startColumn, int startRow) = (0, 0);
        if (MirrorsColumns(orientation)) (startColumn, column) = ((width - 1) * column, -column);
        if (MirrorsRows(orientation)) (startRow, row) = ((height - 1) * row, -row);

        int start = (stored.Top * storedWidth) + stored.Left + startColumn + startRow;
        for (int y = 0; y < height; y++)
        {
            Span<byte> to = into.Pixels.Slice(y * width * channels, width * channels);
            int at = start + (y * row), from = 0;
            if (channels != 3)
            {
                for (int i = 0; i < to.Length; i += channels, at += column)
                    pixels.Slice(at * pixelBytes, channels).CopyTo(to[i..]);

                continue;
            }

            if (column == 1 && pixelBytes == 4) from = DropAlpha(pixels.Slice(at * 4, width * 4), to);

            at += from * column;
            for (int i = from * 3; i < to.Length; i += 3, at += column)
            {
                ReadOnlySpan<byte> pixel = pixels.Slice(at * pixelBytes, 3);
                (to[i], to[i + 1], to[i + 2]) = (pixel[0], pixel[1], pixel[2]);
            }
        }
    }

    // Four pixels at a time while 16 bytes may be written for their 12. Returns how many were copied.
    private static int DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        int done = 0;
        Vector128<byte> order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
        for (; rgb.Length >= (done * 3) + Vector128<byte>.Count; done += 4)
            Vector128.Shuffle(Vector128.Create(rgba[(done * 4)..]), order).StoreUnsafe(ref MemoryMarshal.GetReference(rgb[(done * 3)..]));

        return done;
    }
}
