using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Measures;

/// <summary>How often the true class has the highest score, or one of the five highest.</summary>
internal sealed class TopAccuracy
{
    private long best;
    private long amongFive;

    /// <summary>Images counted.</summary>
    public long Total { get; private set; }

    /// <summary>Share of the images whose class has the highest score, 0 … 1; NaN if none was counted.</summary>
    public double Top1 => best / (double)Total;

    /// <summary>Share of the images whose class has one of the five highest scores, 0 … 1; NaN if none was counted.</summary>
    public double Top5 => amongFive / (double)Total;

    /// <summary>Counts an image.</summary>
    /// <param name="rank">The rank of its class, from 0.</param>
    public void Add(int rank)
    {
        best += rank == 0 ? 1 : 0;
        amongFive += rank < 5 ? 1 : 0;
        Total++;
    }

    /// <summary>Counts images by the scores of their classes. Of equal scores the lower class is ranked first.</summary>
    /// <param name="scores">(n, K), any floating type.</param>
    /// <param name="labels">(n): 0 … K − 1.</param>
    /// <exception cref="ArgumentException">Shapes or labels do not fit.</exception>
    public void Add(Tensor scores, ReadOnlySpan<int> labels)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.shape is not [long rows, > 0 and long classes] || rows != labels.Length)
        {
            throw new ArgumentException(
                $"The scores are ({string.Join(", ", scores.shape)}) of {labels.Length} labels: give (n, K) and n.",
                nameof(scores));
        }

        using DisposeScope scope = NewDisposeScope();
        double[] values = scores.to(ScalarType.Float64).contiguous().cpu().data<double>().ToArray();
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= classes)
            {
                throw new ArgumentException($"Label {i} is {labels[i]}: it must be 0 … {classes - 1}.", nameof(labels));
            }

            Add(Rank(values.AsSpan(i * (int)classes, (int)classes), labels[i]));
        }
    }

    /// <summary>How many classes are ranked before one. A score that is not a number is ranked last.</summary>
    internal static int Rank(ReadOnlySpan<double> scores, int label)
    {
        double own = scores[label];
        if (double.IsNaN(own))
        {
            return scores.Length - 1;
        }

        int before = 0;
        for (int k = 0; k < scores.Length; k++)
        {
            before += scores[k] > own || (k < label && scores[k] == own) ? 1 : 0;
        }

        return before;
    }
}
