using System.Buffers;

namespace DenseCL.Images.Jpeg;

/// <summary>The samples of one component in the decoded part of an image, with room after each row for reading ahead.</summary>
internal sealed class SamplePlane
{
    private byte[] samples = [];
    private int left;
    private int top;

    /// <summary>Samples along a side of a block.</summary>
    public int BlockSize { get; private set; }

    /// <summary>Columns of samples of the whole image.</summary>
    public int Width { get; private set; }

    /// <summary>Rows of samples of the whole image.</summary>
    public int Height { get; private set; }

    /// <summary>Samples from a row to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>Allocates memory.</summary>
    /// <param name="blockSize">Samples along a side of a block.</param>
    /// <param name="width">Columns of samples of the whole image.</param>
    /// <param name="height">Rows of samples of the whole image.</param>
    /// <param name="part">The part to store, in samples; whole blocks.</param>
    /// <returns>False if that is more than an array can hold.</returns>
    public bool TryRent(int blockSize, int width, int height, PixelArea part)
    {
        (BlockSize, Width, Height, left, top) = (blockSize, width, height, part.Left, part.Top);
        Stride = part.Width + (2 * RgbRow.Step);
        long count = (long)Stride * part.Height;
        if (count > Array.MaxLength) return false;

        samples = ArrayPool<byte>.Shared.Rent((int)count);
        return true;
    }

    /// <summary>Returns the memory.</summary>
    public void Return()
    {
        ArrayPool<byte>.Shared.Return(samples);
        samples = [];
    }

    /// <summary>The samples from one position to the end of the memory.</summary>
    /// <param name="x">Column in the whole image.</param>
    /// <param name="y">Row in the whole image.</param>
    public Span<byte> From(int x, int y) => samples.AsSpan(((y - top) * Stride) + x - left);
}
