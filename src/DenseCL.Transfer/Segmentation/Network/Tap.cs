namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>
/// The two given positions between which a requested position lies, as in <see cref="SegmentationLoss.Enlarge"/>.
/// </summary>
/// <param name="Low">The first.</param>
/// <param name="High">The second; the same at an edge.</param>
/// <param name="Share">The weight of the second, 0 … 1.</param>
internal readonly record struct Tap(int Low, int High, float Share)
{
    /// <summary>The taps of every position of a side.</summary>
    /// <param name="given">Positions that are given.</param>
    /// <param name="wanted">Positions that are wanted.</param>
    public static Tap[] Of(long given, long wanted)
    {
        Tap[] taps = new Tap[wanted];
        float scale = (float)given / wanted;
        for (int i = 0; i < taps.Length; i++)
        {
            float at = MathF.Max(0, (scale * (i + 0.5f)) - 0.5f);
            int low = Math.Min((int)at, (int)given - 1);
            taps[i] = new Tap(low, Math.Min(low + 1, (int)given - 1), at - low);
        }

        return taps;
    }
}
