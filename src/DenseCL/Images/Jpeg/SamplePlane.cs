using System.Buffers;

namespace DenseCL.Images.Jpeg;

/// <summary>The samples of one component in the part of an image that is decoded, with room behind each row for reading on.</summary>
internal sealed class SamplePlane
{
    private byte[] samples = [];
    private int left;
    private int top;

    /// <summary>Samples a side of a block.</summary>
    public int BlockSize { get; private set; }

    /// <summary>Columns of samples of the whole image.</summary>
    public int Width { get; private set; }

    /// <summary>Rows of samples of the whole image.</summary>
    public int Height { get; private set; }

    /// <summary>Samples from a row to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>Takes memory.</summary>
    /// <param name="blockSize">Samples a side of a block.</param>
    /// <param name="width">Columns of samples of the whole image.</param>
    /// <param name="height">Rows of samples of the whole image.</param>
    /// <param name="part">What is to be held, in samples; whole blocks.</param>
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

    /// <summary>Gives the memory back.</summary>
    public void Return()
    {
        ArrayPool<byte>.Shared.Return(samples);
        samples = [];
    }

    /// <summary>The samples from one on to the end of the memory.</summary>
    /// <param name="x">Column in the whole image.</param>
    /// <param name="y">Row in the whole image.</param>
    public Span<byte> From(int x, int y) => samples.AsSpan(((y - top) * Stride) + x - left);
}
