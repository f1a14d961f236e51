using System.Runtime.Intrinsics;
using DenseCL.Compute.Tiles;

namespace DenseCL.Compute;

/// <summary>
/// A piece of a softmax over long rows, for a sum that is computed piece by piece (Milakov and Gimelshein, Online normalizer calculation
/// for softmax, 2018).
/// </summary>
/// <typeparam name="T">How products and weights are stored.</typeparam>
internal static unsafe class SoftmaxKernel<T>
    where T : struct, ILanes
{
    /// <summary>
    /// For each row, with l = products / τ: the largest number so far becomes m' = max(m, max l), the products become weights exp(l − m'),
    /// and the earlier sums are rescaled to the new m': s' = s exp(m − m') + Σ weights, e' = e exp(m − m').
    /// </summary>
    /// <param name="products">(rows, columns); becomes the weights.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="scale">1 / τ</param>
    /// <param name="largest">(rows): m</param>
    /// <param name="sum">(rows): s</param>
    /// <param name="expected">(rows, length): e</param>
    /// <param name="length">Numbers in a row of e.</param>
    public static void Accumulate(
        void* products,
        int rows,
        int columns,
        float scale,
        float* largest,
        float* sum,
        float* expected,
        int length)
    {
        Job job = new()
        {
            Products = (byte*)products,
            Rows = rows,
            Columns = columns,
            Scale = scale,
            Largest = largest,
            Sum = sum,
            Expected = expected,
            Length = length,
        };
        ComputeThreads.Run(&AccumulateRows, &job);
    }

    private static void AccumulateRows(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        int whole = job->Columns / ILanes.Count * ILanes.Count, rest = job->Columns - whole;
        byte* tail = stackalloc byte[ILanes.Count * sizeof(float)];
        Vector512<float> scale = Vector512.Create(job->Scale);
        (int start, int end) = ComputeThreads.Share(job->Rows, part, parts);
        for (int r = start; r < end; r++)
        {
            byte* row = job->Products + ((long)r * job->Columns * T.Size), rowEnd = row + ((long)whole * T.Size);
            if (rest > 0)
            {
                FillTail(rowEnd, rest, tail);
            }

            Vector512<float> most = Vector512.Create(float.NegativeInfinity);
            for (byte* p = row; p < rowEnd; p += ILanes.Count * T.Size)
            {
                T.Load(p, out Vector512<float> a, out Vector512<float> b);
                most = Vector512.Max(most, Vector512.Max(a, b));
            }

            if (rest > 0)
            {
                T.Load(tail, out Vector512<float> a, out Vector512<float> b);
                most = Vector512.Max(most, Vector512.Max(a, b));
            }

            float before = job->Largest[r], largest = before;
            for (int i = 0; i < Vector512<float>.Count; i++)
            {
                largest = MathF.Max(largest, most[i] * job->Scale);
            }

            Vector512<float> shift = Vector512.Create(-largest), total = Vector512<float>.Zero;
            for (byte* p = row; p < rowEnd; p += ILanes.Count * T.Size)
            {
                total += Weigh(p, scale, shift);
            }

            if (rest > 0)
            {
                total += Weigh(tail, scale, shift);
                Buffer.MemoryCopy(tail, rowEnd, rest * T.Size, rest * T.Size);
            }

            float decay = MathF.Exp(before - largest);
            job->Largest[r] = largest;
            job->Sum[r] = (job->Sum[r] * decay) + Vector512.Sum(total);
            float* expected = job->Expected + ((long)r * job->Length);
            for (int i = 0; i < job->Length; i++)
            {
                expected[i] *= decay;
            }
        }
    }

    private static Vector512<float> Weigh(byte* p, Vector512<float> scale, Vector512<float> shift)
    {
        T.Load(p, out Vector512<float> a, out Vector512<float> b);
        a = Vector512.Exp(Vector512.FusedMultiplyAdd(a, scale, shift));
        b = Vector512.Exp(Vector512.FusedMultiplyAdd(b, scale, shift));
        T.Store(p, a, b);
        return a + b;
    }

    // The columns that do not fill a pair of vectors, and −∞, whose weight is 0.
    private static void FillTail(byte* from, int count, byte* tail)
    {
        T.Store(tail, Vector512.Create(float.NegativeInfinity), Vector512.Create(float.NegativeInfinity));
        Buffer.MemoryCopy(from, tail, count * T.Size, count * T.Size);
    }

    private struct Job
    {
        public byte* Products;
        public int Rows, Columns, Length;
        public float Scale;
        public float* Largest, Sum, Expected;
    }
}
