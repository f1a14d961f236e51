using DenseCL.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Pretraining;

/// <summary>Which key position is the positive of each query position: j(s) = argmaxⱼ sim(F_q[s], F_k[j]), section 3.3 of the paper.</summary>
public static class DenseMatching
{
    /// <summary>Matches positions by the cosine similarity of their features; one-directional, many to one allowed.</summary>
    /// <param name="query">F_q: (N, S², C), any length.</param>
    /// <param name="key">F_k: (N, S², C), any length.</param>
    /// <returns>j: (N, S²) int64, a key position for every query position.</returns>
    public static Tensor ByFeatures(Tensor query, Tensor key)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return Similarity(query, key).argmax(2).MoveToOuterDisposeScope();
    }

    /// <summary>The cosine similarity of all pairs of positions.</summary>
    /// <param name="query">(N, S², C)</param>
    /// <param name="key">(N, S², C)</param>
    /// <returns>(N, S², S²): query position, key position.</returns>
    public static Tensor Similarity(Tensor query, Tensor key)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.normalize(query, 2, 2).bmm(nn.functional.normalize(key, 2, 2).transpose(1, 2)).MoveToOuterDisposeScope();
    }

    /// <summary>Matches every query position to a random key position of the same image (the paper's ablation).</summary>
    /// <param name="images">N</param>
    /// <param name="positions">S²</param>
    /// <param name="random">A stream of the step.</param>
    /// <returns>(N, S²) int64</returns>
    public static Tensor AtRandom(int images, int positions, CounterRandom random)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] match = new long[images * positions];
        for (int i = 0; i < match.Length; i++)
        {
            match[i] = random.NextInt(positions);
        }

        return torch.tensor(match).view(images, positions).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Matches every query position to the key position whose centre is nearest to it in the image, by the known crops. A position that lies
    /// outside the other view is matched to the border nearest to it.
    /// </summary>
    /// <param name="query">The N crops of the query views.</param>
    /// <param name="key">The N crops of the key views.</param>
    /// <param name="gridSize">S</param>
    /// <returns>(N, S²) int64</returns>
    /// <remarks>Crops are upright rectangles, so rows and columns are matched each for itself.</remarks>
    public static Tensor ByGeometry(ReadOnlySpan<CropGeometry> query, ReadOnlySpan<CropGeometry> key, int gridSize)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] match = new long[query.Length * gridSize * gridSize];
        int next = 0;
        for (int n = 0; n < query.Length; n++)
        {
            CropGeometry q = query[n], k = key[n];
            for (int row = 0; row < gridSize; row++)
            {
                int keyRow = Nearest(row, q.Top, q.Height, false, k.Top, k.Height, false, gridSize);
                for (int column = 0; column < gridSize; column++)
                {
                    int keyColumn = Nearest(column, q.Left, q.Width, q.Flipped, k.Left, k.Width, k.Flipped, gridSize);
                    match[next++] = (keyRow * gridSize) + keyColumn;
                }
            }
        }

        return torch.tensor(match).view(query.Length, gridSize * gridSize).MoveToOuterDisposeScope();
    }

    private static int Nearest(int cell, int queryStart, int queryLength, bool queryFlipped, int keyStart, int keyLength, bool keyFlipped, int gridSize)
    {
        double inQuery = (cell + 0.5) / gridSize;                                                       // 0 … 1 along the view
        double inImage = queryStart + (queryLength * (queryFlipped ? 1 - inQuery : inQuery));           // pixels
        double inKey = (inImage - keyStart) / keyLength;
        inKey = keyFlipped ? 1 - inKey : inKey;
        return Math.Clamp((int)Math.Floor(inKey * gridSize), 0, gridSize - 1);
    }
}
