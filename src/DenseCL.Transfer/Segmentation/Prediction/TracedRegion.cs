namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>A region of one class.</summary>
/// <param name="Class">The class.</param>
/// <param name="Ring">x, y, x, y …: the corners, in pixels from the image's upper left corner.</param>
internal sealed record TracedRegion(byte Class, IReadOnlyList<int> Ring)
{
    /// <summary>Pixels of the region.</summary>
    public long Area
    {
        get
        {
            long twice = 0;
            for (int i = 0; i < Ring.Count; i += 2)
            {
                int next = (i + 2) % Ring.Count;
                twice += ((long)Ring[i] * Ring[next + 1]) - ((long)Ring[next] * Ring[i + 1]);
            }

            return twice / 2;
        }
    }

    /// <summary>Left, top, width and height.</summary>
    public (int Left, int Top, int Width, int Height) Box
    {
        get
        {
            int left = int.MaxValue, top = int.MaxValue, right = 0, bottom = 0;
            for (int i = 0; i < Ring.Count; i += 2)
            {
                (left, right) = (Math.Min(left, Ring[i]), Math.Max(right, Ring[i]));
                (top, bottom) = (Math.Min(top, Ring[i + 1]), Math.Max(bottom, Ring[i + 1]));
            }

            return (left, top, right - left, bottom - top);
        }
    }
}
