using DenseCL.Data;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Transfer.Segmentation.Training;

/// <summary>How much a pixel of each class counts in the loss.</summary>
internal static class ClassBalance
{
    /// <summary>(K): the weights of the classes.</summary>
    /// <param name="data">Reads the masks.</param>
    /// <param name="images">The images to learn from.</param>
    /// <param name="kind">Which weights.</param>
    /// <exception cref="DataException">A mask cannot be read.</exception>
    public static float[] Weights(SegmentationData data, IReadOnlyList<SegmentationImage> images, ClassWeights kind)
    {
        float[] weights = new float[data.ClassNames.Count];
        Array.Fill(weights, 1);
        if (kind == ClassWeights.None)
        {
            return weights;
        }

        (long[] pixels, long[] around) = (new long[weights.Length], new long[weights.Length]);
        foreach (SegmentationImage image in images)
        {
            long[] counts = new long[weights.Length];
            foreach (byte label in data.ReadMask(image).Values)
            {
                if (label < counts.Length)
                {
                    counts[label]++;
                }
            }

            long all = counts.Sum();
            foreach ((int label, long count) in counts.Index().Where(count => count.Item > 0))
            {
                pixels[label] += count;
                around[label] += all;
            }
        }

        double[] frequencies = [.. pixels.Zip(around, (count, all) => all == 0 ? double.NaN : count / (double)all)];
        double[] known = [.. frequencies.Where(double.IsFinite).Order()];
        double median = known.Length == 0 ? 1 : (known[(known.Length - 1) / 2] + known[known.Length / 2]) / 2;
        return [.. frequencies.Select(frequency => double.IsFinite(frequency) ? (float)(median / frequency) : 1)];
    }
}
