using System.Runtime.Intrinsics;

namespace DenseCL.Compute;

/// <summary>Updates of a whole network as one vector of numbers, each in one pass over memory.</summary>
internal static unsafe class VectorKernel
{
    /// <summary>v ← μ v + (g + w θ);  θ ← θ − lr v, as PyTorch rounds it.</summary>
    /// <param name="values">θ: (count)</param>
    /// <param name="gradients">g: (count)</param>
    /// <param name="velocity">v: (count)</param>
    /// <param name="count">How many numbers.</param>
    /// <param name="momentum">μ</param>
    /// <param name="weightDecay">w</param>
    /// <param name="learningRate">lr</param>
    public static void Sgd(
        float* values,
        float* gradients,
        float* velocity,
        long count,
        float momentum,
        float weightDecay,
        float learningRate)
    {
        Job job = new() { X = values, Y = gradients, Z = velocity, Count = count, A = momentum, B = weightDecay, C = -learningRate };
        ComputeThreads.Run(&SgdPart, &job);
    }

    /// <summary>x ← m x + (1 − m) y, as PyTorch rounds it.</summary>
    /// <param name="x">(count)</param>
    /// <param name="y">(count)</param>
    /// <param name="count">How many numbers.</param>
    /// <param name="momentum">m</param>
    public static void MoveTowards(float* x, float* y, long count, double momentum)
    {
        Job job = new() { X = x, Y = y, Count = count, A = (float)momentum, B = (float)(1 - momentum) };
        ComputeThreads.Run(&MovePart, &job);
    }

    private static void SgdPart(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        (long i, long end) = Range(job->Count, part, parts);
        Vector512<float> momentum = Vector512.Create(job->A), decay = Vector512.Create(job->B), rate = Vector512.Create(job->C);
        for (; i + 16 <= end; i += 16)
        {
            Vector512<float> x = Vector512.Load(job->X + i);
            Vector512<float> v = (Vector512.Load(job->Z + i) * momentum) + Vector512.FusedMultiplyAdd(decay, x, Vector512.Load(job->Y + i));
            v.Store(job->Z + i);
            Vector512.FusedMultiplyAdd(rate, v, x).Store(job->X + i);
        }

        for (; i < end; i++)
        {
            float v = (job->Z[i] * job->A) + MathF.FusedMultiplyAdd(job->B, job->X[i], job->Y[i]);
            job->Z[i] = v;
            job->X[i] = MathF.FusedMultiplyAdd(job->C, v, job->X[i]);
        }
    }

    private static void MovePart(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        (long i, long end) = Range(job->Count, part, parts);
        Vector512<float> keep = Vector512.Create(job->A), take = Vector512.Create(job->B);
        for (; i + 16 <= end; i += 16)
        {
            Vector512.FusedMultiplyAdd(Vector512.Load(job->Y + i), take, Vector512.Load(job->X + i) * keep).Store(job->X + i);
        }

        for (; i < end; i++)
        {
            job->X[i] = MathF.FusedMultiplyAdd(job->Y[i], job->B, job->X[i] * job->A);
        }
    }

    // Whole cache lines, so no two threads write to the same one.
    private static (long Start, long End) Range(long count, int part, int parts)
    {
        long each = ((count / parts) + 15) & ~15L;
        return (Math.Min(part * each, count), part == parts - 1 ? count : Math.Min((part + 1) * each, count));
    }

    private struct Job
    {
        public float* X, Y, Z;
        public long Count;
        public float A, B, C;
    }
}
