using System.Numerics;
using System.Runtime.Intrinsics;
using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>
/// Computes with logits at every pixel of a larger image, on the processor. Each pixel's logits are interpolated when they are needed, and
/// never stored.
/// </summary>
/// <remarks>
/// libtorch needs the enlarged map, its softmax and its gradient in memory, and spent an eighth of a training step and half of a test on
/// them (ResNet-18, crops of 256 × 192, 12 classes).
/// </remarks>
internal static unsafe class EnlargedLogits
{
    private const int Lanes = 16;

    // Pads the classes to whole vectors. Not −∞: 0 · −∞ is not a number.
    private const float Impossible = -1e30f;

    /// <summary>
    /// Σ share · weight · (log Σ exp z − z at the label) over the pixels that have a label, and its gradient with respect to the logits.
    /// </summary>
    /// <param name="logits">(N, K, h, w)</param>
    /// <param name="masks">(N, H, W) int64: values outside 0 … K − 1 do not count.</param>
    /// <param name="weights">(K): the weight of a pixel of each class.</param>
    /// <param name="share">What all weights are multiplied by.</param>
    /// <returns>The loss, and the gradient in the type of the logits.</returns>
    public static (double Loss, Tensor Gradient) CrossEntropy(Tensor logits, Tensor masks, float[] weights, double share)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor rows = Rows(logits), labels = masks.contiguous(), gradient = zeros_like(rows);
        double[] losses = new double[rows.shape[0]];
        fixed (double* loss = losses)
        fixed (float* ofClasses = weights)
        fixed (Tap* down = Tap.Of(rows.shape[1], masks.shape[1]), across = Tap.Of(rows.shape[2], masks.shape[2]))
        {
            Job job = new(rows, (int)masks.shape[1], (int)masks.shape[2], down, across) { Labels = Memory.Of<long>(labels), Gradient = Memory.Of<float>(gradient), Losses = loss, Weights = ofClasses, Share = (float)share };
            ComputeThreads.Run(&CrossEntropyOfImages, &job);
        }

        GC.KeepAlive((rows, labels, gradient));     // an address keeps nothing alive
        return (losses.Sum() * share, gradient.permute(0, 3, 1, 2).to_type(logits.dtype).MoveToOuterDisposeScope());
    }

    /// <summary>(H · W): the class with the largest logit at each pixel, the first of equals.</summary>
    /// <param name="logits">(1, K, h, w)</param>
    /// <param name="height">H</param>
    /// <param name="width">W</param>
    public static byte[] Largest(Tensor logits, int height, int width)
    {
        byte[] classes = new byte[height * width];
        Largest(logits, EnlargedRows.All((int)logits.shape[2], height), width, classes, []);
        return classes;
    }

    /// <summary>The same for some rows of a larger image.</summary>
    /// <param name="logits">(1, K, h, w): the rows of the logits that these rows need.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="width">W</param>
    /// <param name="classes">(rows · W) receives the classes.</param>
    /// <param name="confidence">(rows · W) receives the probability of that class, 0 … 255; may be empty.</param>
    public static void Largest(Tensor logits, EnlargedRows rows, int width, Span<byte> classes, Span<byte> confidence)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor map = Rows(logits);
        fixed (byte* labels = classes, sure = confidence)
        fixed (Tap* down = rows.Taps(), across = Tap.Of(map.shape[2], width))
        {
            Job job = new(map, rows.Count, width, down, across) { Found = labels, Confidence = confidence.IsEmpty ? null : sure };
            ComputeThreads.Run(&LargestOfRows, &job);
        }

        GC.KeepAlive(map);
    }

    /// <summary>(N, h, w, K) float32.</summary>
    private static Tensor Rows(Tensor logits) => logits.to_type(ScalarType.Float32).permute(0, 2, 3, 1).contiguous();

    private static void CrossEntropyOfImages(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        int row = job->W * job->Padded;
        float[] buffer = new float[(2 * row) + job->Padded];
        (int start, int end) = ComputeThreads.Share(job->Images, part, parts);
        fixed (float* logits = buffer)
        {
            float* gradients = logits + row, exponentials = gradients + row;
            for (int image = start; image < end; image++)
            {
                long offset = (long)image * job->H * job->W * job->Classes;
                double loss = 0;
                for (int y = 0; y < job->Height; y++)
                {
                    Tap tap = job->Down[y];
                    job->Interpolate(job->Logits + offset, tap, logits);
                    new Span<float>(gradients, row).Clear();
                    loss += CrossEntropyOfRow(
                        job,
                        logits,
                        gradients,
                        job->Labels + (((long)image * job->Height) + y) * job->Width,
                        exponentials);
                    job->Scatter(gradients, 1 - tap.Share, job->Gradient + offset, tap.Low);
                    job->Scatter(gradients, tap.Share, job->Gradient + offset, tap.High);
                }

                job->Losses[image] = loss;
            }
        }
    }

    /// <summary>The loss of a row of pixels; adds its gradient to that of the interpolated row.</summary>
    private static double CrossEntropyOfRow(Job* job, float* logits, float* gradients, long* labels, float* exponentials)
    {
        double loss = 0;
        for (int x = 0; x < job->Width; x++)
        {
            long label = labels[x];
            if ((ulong)label >= (ulong)job->Classes)
            {
                continue;
            }

            Tap tap = job->Across[x];
            int low = tap.Low * job->Padded, high = tap.High * job->Padded;
            Vector512<float> most = Vector512.Create(Impossible);
            for (int k = 0; k < job->Padded; k += Lanes)
            {
                Vector512<float> z = Between(logits, low + k, high + k, tap.Share);
                most = Vector512.Max(most, z);
                z.Store(exponentials + k);
            }

            float largest = Max(most), wanted = exponentials[label];
            Vector512<float> shift = Vector512.Create(largest), total = Vector512<float>.Zero;
            for (int k = 0; k < job->Padded; k += Lanes)
            {
                Vector512<float> e = Vector512.Exp(Vector512.Load(exponentials + k) - shift);
                total += e;
                e.Store(exponentials + k);
            }

            float sum = Vector512.Sum(total), weight = job->Weights[label];
            loss += weight * (MathF.Log(sum) + largest - wanted);

            // d loss / d z = softmax(z) − 1 at the label
            exponentials[label] -= sum;
            Vector512<float> toHigh = Vector512.Create(weight * job->Share / sum * tap.Share),
                toLow = Vector512.Create(weight * job->Share / sum * (1 - tap.Share));
            for (int k = 0; k < job->Padded; k += Lanes)
            {
                Vector512<float> e = Vector512.Load(exponentials + k);
                Vector512.FusedMultiplyAdd(e, toLow, Vector512.Load(gradients + low + k)).Store(gradients + low + k);
                Vector512.FusedMultiplyAdd(e, toHigh, Vector512.Load(gradients + high + k)).Store(gradients + high + k);
            }
        }

        return loss;
    }

    private static void LargestOfRows(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        float[] buffer = new float[job->W * job->Padded];
        (int start, int end) = ComputeThreads.Share(job->Height, part, parts);
        fixed (float* logits = buffer)
        {
            for (int y = start; y < end; y++)
            {
                job->Interpolate(job->Logits, job->Down[y], logits);
                for (int x = 0; x < job->Width; x++)
                {
                    Tap tap = job->Across[x];
                    (float largest, long found) = (float.NegativeInfinity, 0);
                    for (int k = 0; k < job->Padded; k += Lanes)
                    {
                        Vector512<float> z = Between(logits, (tap.Low * job->Padded) + k, (tap.High * job->Padded) + k, tap.Share);
                        float most = Max(z);
                        if (most > largest)
                        {
                            (largest, found) = (
                                most,
                                k
                                    + BitOperations.TrailingZeroCount(
                                        Vector512.Equals(z, Vector512.Create(most)).ExtractMostSignificantBits()));
                        }
                    }

                    job->Found[((long)y * job->Width) + x] = (byte)found;
                    if (job->Confidence is not null)
                    {
                        job->Confidence[((long)y * job->Width) + x] = Share(logits, tap, job->Padded, largest);
                    }
                }
            }
        }
    }

    /// <summary>softmax of the largest logit: 1 / Σ exp(z − largest), as 0 … 255</summary>
    private static byte Share(float* row, Tap tap, int padded, float largest)
    {
        Vector512<float> total = Vector512<float>.Zero;
        for (int k = 0; k < padded; k += Lanes)
        {
            total += Vector512.Exp(Between(row, (tap.Low * padded) + k, (tap.High * padded) + k, tap.Share) - Vector512.Create(largest));
        }

        return (byte)MathF.Round(255 / Vector512.Sum(total));
    }

    private static Vector512<float> Between(float* row, int low, int high, float share) =>
        Vector512.FusedMultiplyAdd(
            Vector512.Load(row + high),
            Vector512.Create(share),
            Vector512.Load(row + low) * Vector512.Create(1 - share));

    private static float Max(Vector512<float> v)
    {
        Vector256<float> eight = Vector256.Max(v.GetLower(), v.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }

    private struct Job(Tensor rows, int height, int width, Tap* down, Tap* across)
    {
        public readonly float* Logits = Memory.Of<float>(rows);
        public readonly int Images = (int)rows.shape[0], H = (int)rows.shape[1], W = (int)rows.shape[2], Classes = (int)rows.shape[3];
        public readonly int Padded = ((int)rows.shape[3] + Lanes - 1) / Lanes * Lanes;
        public readonly int Height = height, Width = width;
        public readonly Tap* Down = down, Across = across;
        public long* Labels;
        public byte* Found;
        public byte* Confidence;
        public float* Gradient;
        public double* Losses;
        public float* Weights;
        public float Share;

        /// <summary>A row (w, padded) of an image's logits (h, w, K), between two of its rows.</summary>
        public readonly void Interpolate(float* image, Tap tap, float* row)
        {
            float* low = image + ((long)tap.Low * W * Classes), high = image + ((long)tap.High * W * Classes);
            for (int x = 0; x < W; x++, row += Padded, low += Classes, high += Classes)
            {
                for (int k = 0; k < Classes; k++)
                {
                    row[k] = ((1 - tap.Share) * low[k]) + (tap.Share * high[k]);
                }

                new Span<float>(row + Classes, Padded - Classes).Fill(Impossible);
            }
        }

        /// <summary>Adds a share of a row (w, padded) to a row of an image (h, w, K).</summary>
        public readonly void Scatter(float* row, float share, float* image, int y)
        {
            float* to = image + ((long)y * W * Classes);
            for (int x = 0; x < W; x++, row += Padded, to += Classes)
            {
                for (int k = 0; k < Classes; k++)
                {
                    to[k] += share * row[k];
                }
            }
        }
    }
}
