using DenseCL.Transfer.Measures;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Solvers;

/// <summary>
/// Weighted k-nearest neighbours (Wu et al., CVPR 2018), exact, a block of queries against a block of references at a time.
/// </summary>
internal static class WeightedKnn
{
    private const int Queries = 256;
    private const int References = 1 << 15;

    /// <summary>Classifies queries by the votes exp(cosine / T) of their k nearest references.</summary>
    /// <param name="references">(N, C) float32.</param>
    /// <param name="labels">(N): 0 … K − 1.</param>
    /// <param name="queries">(M, C) float32.</param>
    /// <param name="truth">(M): 0 … K − 1.</param>
    /// <param name="classes">K.</param>
    /// <param name="neighbours">The numbers k, each 1 … N.</param>
    /// <param name="temperature">T.</param>
    /// <param name="stop">Ends the work between two pieces.</param>
    /// <returns>Accuracy for each k.</returns>
    public static TopAccuracy[] Classify(
        Tensor references,
        IReadOnlyList<int> labels,
        Tensor queries,
        IReadOnlyList<int> truth,
        int classes,
        IReadOnlyList<int> neighbours,
        double temperature,
        CancellationToken stop)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = nn.functional.normalize(references, dim: 1), q = nn.functional.normalize(queries, dim: 1);
        TopAccuracy[] accuracies = [.. neighbours.Select(_ => new TopAccuracy())];
        int rows = (int)x.shape[0], most = neighbours.Max();
        for (int start = 0; start < q.shape[0]; start += Queries)
        {
            int count = (int)Math.Min(Queries, q.shape[0] - start);
            PriorityQueue<int, (float Similarity, int Index)>[] nearest = [.. Enumerable.Range(0, count).Select(_ => new PriorityQueue<int, (float, int)>(most, Farthest.Order))];
            for (int first = 0; first < rows; first += References)
            {
                stop.ThrowIfCancellationRequested();
                using DisposeScope piece = NewDisposeScope();
                int width = Math.Min(References, rows - first);
                float[] similarities = q.narrow(0, start, count).mm(x.narrow(0, first, width).t()).cpu().data<float>().ToArray(); // (count, width)
                Parallel.For(0, count, i => Keep(nearest[i], most, similarities.AsSpan(i * width, width), first));
            }

            int[][] ranks = new int[count][];
            Parallel.For(0, count, i => ranks[i] = Vote(nearest[i], truth[start + i]));
            foreach (int[] rank in ranks)
            {
                for (int k = 0; k < neighbours.Count; k++)
                {
                    accuracies[k].Add(rank[k]);
                }
            }
        }

        return accuracies;

        int[] Vote(PriorityQueue<int, (float Similarity, int Index)> kept, int label)
        {
            (float Similarity, int Index)[] sorted = new (float, int)[kept.Count];
            for (int i = sorted.Length - 1; i >= 0; i--)
            {
                kept.TryDequeue(out _, out sorted[i]);
            }

            int[] ranks = new int[neighbours.Count];
            double[] votes = new double[classes];
            for (int k = 0; k < ranks.Length; k++)
            {
                Array.Clear(votes);
                foreach ((float similarity, int index) in sorted.AsSpan(0, neighbours[k]))
                {
                    // Relative to the nearest, nothing overflows, and something remains at any temperature.
                    votes[labels[index]] += Math.Exp(((double)similarity - sorted[0].Similarity) / temperature);
                }

                ranks[k] = votes[label] > 0 ? TopAccuracy.Rank(votes, label) : int.MaxValue; // a class without a vote is not ranked at all
            }

            return ranks;
        }
    }

    // References come in the order of their index: of equally near ones the earlier ones stay.
    private static void Keep(PriorityQueue<int, (float Similarity, int Index)> kept, int most, ReadOnlySpan<float> similarities, int first)
    {
        float least = kept.Count == most && kept.TryPeek(out _, out var farthest) ? farthest.Similarity : float.NegativeInfinity;
        for (int j = 0; j < similarities.Length; j++)
        {
            if (kept.Count < most)
            {
                kept.Enqueue(first + j, (similarities[j], first + j));
            }
            else if (similarities[j] > least)
            {
                kept.DequeueEnqueue(first + j, (similarities[j], first + j));
            }
            else
            {
                continue;
            }

            if (kept.Count == most && kept.TryPeek(out _, out var worst))
            {
                least = worst.Similarity;
            }
        }
    }

    /// <summary>The least similar first; of equally similar ones the last.</summary>
    private sealed class Farthest : IComparer<(float Similarity, int Index)>
    {
        public static Farthest Order { get; } = new();

        public int Compare((float Similarity, int Index) x, (float Similarity, int Index) y) =>
            x.Similarity.CompareTo(y.Similarity) is not 0 and int order ? order : y.Index.CompareTo(x.Index);
    }
}
