namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>
/// Overlapping tiles along one side of an image. Their starts are multiples of the network's stride, so that a tile has positions where the
/// whole image has them.
/// </summary>
internal sealed class TileGrid
{
    /// <summary>What the starts of tiles are multiples of: the largest stride of the networks.</summary>
    public const int Step = 32;

    private readonly int side;
    private readonly int tile;
    private readonly int overlap;

    /// <param name="side">Pixels of the image along this side.</param>
    /// <param name="tile">Pixels of a tile; a multiple of <see cref="Step"/>, at least 4 of them.</param>
    public TileGrid(int side, int tile)
    {
        (this.side, this.tile) = (side, tile);
        overlap = tile / 4 / Step * Step;
        Count = side <= tile ? 1 : (side - overlap + tile - overlap - 1) / (tile - overlap);
    }

    /// <summary>The number of tiles.</summary>
    public int Count { get; }

    /// <summary>Where a tile begins.</summary>
    public int Start(int index) => index * (tile - overlap);

    /// <summary>Where a tile ends.</summary>
    public int End(int index) => index == Count - 1 ? side : Start(index) + tile;

    /// <summary>
    /// How much each position of a tile counts. Two tiles that overlap add up to 1, and neither counts within a quarter of the overlap from
    /// its own edge, where it sees zeros instead of the image.
    /// </summary>
    /// <param name="index">The tile.</param>
    /// <param name="stride">Pixels of a position.</param>
    /// <param name="positions">Positions of the tile.</param>
    public float[] Weights(int index, int stride, int positions)
    {
        int shared = overlap / stride;
        float[] weights = new float[positions];
        for (int i = 0; i < positions; i++)
        {
            float low = index == 0 ? 1 : Ramp(i), high = index == Count - 1 ? 1 : Ramp(positions - 1 - i);
            weights[i] = Math.Min(low, high);
        }

        return weights;

        float Ramp(int fromEdge) => Math.Clamp((2 * (fromEdge + 0.5f) / shared) - 0.5f, 0, 1);
    }
}
