using Tensorboard;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Reports.TensorBoard;

/// <summary>The distribution of a tensor's numbers, in the form that TensorBoard reads.</summary>
internal static class WeightHistogram
{
    private const int Buckets = 30;

    /// <summary>Counts the numbers in equal buckets from the smallest to the largest; numbers that are not finite do not count.</summary>
    public static HistogramProto Of(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] values = [.. tensor.detach().to_type(ScalarType.Float32).contiguous().cpu().data<float>().Where(float.IsFinite)];
        return Of(values);
    }

    internal static HistogramProto Of(ReadOnlySpan<float> values)
    {
        HistogramProto histogram = new() { Num = values.Length };
        if (values.Length == 0)
        {
            return histogram;
        }

        (double low, double high) = (values[0], values[0]);
        foreach (float value in values)
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
            histogram.Sum += value;
            histogram.SumSquares += (double)value * value;
        }

        (histogram.Min, histogram.Max) = (low, high);
        double width = high > low ? (high - low) / Buckets : 1;
        double[] counts = new double[Buckets];
        foreach (float value in values)
        {
            counts[Math.Min(Buckets - 1, (int)((value - low) / width))]++;
        }

        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            histogram.BucketLimit.Add(low + ((bucket + 1) * width));        // the upper end
            histogram.Bucket.Add(counts[bucket]);
        }

        return histogram;
    }
}
