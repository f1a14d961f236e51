namespace DenseCL.Data.Loading;

/// <summary>Two views of each image of a batch. Dispose it as soon as it is copied elsewhere: its memory is reused.</summary>
internal sealed class ViewBatch : IDisposable
{
    private readonly Action<ViewBuffers> recycle;
    private ViewBuffers? buffers;

    internal ViewBatch(int epoch, int index, int size, ViewBuffers buffers, Action<ViewBuffers> recycle)
    {
        Epoch = epoch;
        Index = index;
        Size = size;
        this.buffers = buffers;
        this.recycle = recycle;
    }

    /// <summary>Number of the epoch, from 0.</summary>
    public int Epoch { get; }

    /// <summary>Number of the batch in its epoch, from 0.</summary>
    public int Index { get; }

    /// <summary>Side of a view in pixels.</summary>
    public int Size { get; }

    /// <summary>The views for the query encoder, (batch, Size, Size, channels): 8 bits, red green blue or as many channels as the images have.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public byte[] Query => Buffers.Views[0];

    /// <summary>The views for the key encoder, (batch, Size, Size, channels): 8 bits, red green blue or as many channels as the images have.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public byte[] Key => Buffers.Views[1];

    /// <summary>Where the query views were cut, (batch): for matching by the known crops.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public CropGeometry[] QueryGeometry => Buffers.Geometry[0];

    /// <summary>Where the key views were cut, (batch).</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public CropGeometry[] KeyGeometry => Buffers.Geometry[1];

    /// <summary>Which images of the source these are, (batch); if an image could not be decoded, the one that replaced it.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public int[] Images => Buffers.Images;

    private ViewBuffers Buffers
    {
        get
        {
            ObjectDisposedException.ThrowIf(buffers is null, this);
            return buffers;
        }
    }

    /// <summary>Returns the memory to the loader; the arrays must not be used any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffers, null) is { } unused) recycle(unused);
    }
}
