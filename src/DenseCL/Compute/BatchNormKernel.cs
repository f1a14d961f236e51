using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DenseCL.Compute.Tiles;

namespace DenseCL.Compute;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy, ICML 2015) over (rows, channels) in memory. The operations that follow it in a residual network,
/// the addition of a shortcut and ReLU, are done in the same pass: y = max(0, γ (x − mean) / √(variance + ε) + β + shortcut). The speed is
/// limited by memory, so each pass over it does as much as possible.
/// </summary>
/// <typeparam name="T">How x, y and their gradients are stored. Statistics and parameters are single precision, sums double.</typeparam>
internal static unsafe class BatchNormKernel<T>
    where T : struct, ILanes
{
    // After this many rows, single-precision sums are added to the double-precision ones.
    private const int Block = 256;

    // Rows that are summed in registers before their sums go back to memory.
    private const int Tile = 8;

    /// <summary>Mean and variance (biased) of each channel.</summary>
    /// <param name="x">(rows, channels)</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="mean">(channels), a multiple of 32.</param>
    /// <param name="variance">(channels)</param>
    public static void Statistics(void* x, int rows, Span<double> mean, Span<double> variance)
    {
        int channels = mean.Length;
        using Workspace workspace = new(channels);
        fixed (double* sums = workspace.Sums)
        fixed (float* pivot = workspace.Numbers)
        {
            // Differences from the first row: the variance of numbers far from 0 would be lost in the rounding of their squares.
            for (int c = 0; c < channels; c += ILanes.Count)
            {
                T.Load((byte*)x + (c * T.Size), out Vector512<float> a, out Vector512<float> b);
                a.Store(pivot + c);
                b.Store(pivot + c + 16);
            }

            Job job = new() { X = (byte*)x, Rows = rows, Channels = channels, Sums = sums, Mean = pivot };
            ComputeThreads.Run(&SumForward, &job);
            workspace.AddUp();
            for (int c = 0; c < channels; c++)
            {
                int lane = T.LaneOf(c);
                double difference = sums[lane] / rows;
                mean[c] = pivot[lane] + difference;
                variance[c] = Math.Max((sums[channels + lane] / rows) - (difference * difference), 0);
            }
        }
    }

    /// <summary>y = scale (x − mean) + β (+ shortcut), and optionally max(0, y).</summary>
    /// <param name="x">(rows, channels)</param>
    /// <param name="shortcut">(rows, channels), or null</param>
    /// <param name="relu">Whether negative numbers become 0.</param>
    /// <param name="y">(rows, channels); may be <paramref name="x"/>.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="mean">(channels)</param>
    /// <param name="scale">(channels): γ / √(variance + ε)</param>
    /// <param name="beta">(channels): β</param>
    public static void Apply(
        void* x,
        void* shortcut,
        bool relu,
        void* y,
        int rows,
        ReadOnlySpan<double> mean,
        ReadOnlySpan<double> scale,
        ReadOnlySpan<float> beta)
    {
        using Workspace workspace = new(mean.Length);
        fixed (float* numbers = workspace.Numbers)
        {
            Job job = new() { X = (byte*)x, Other = (byte*)shortcut, Y = (byte*)y, Relu = relu, Rows = rows, Channels = mean.Length };
            job.Place(numbers);
            Arrange(job, mean, scale, beta);
            ComputeThreads.Run(&Normalise, &job);
        }
    }

    /// <summary>
    /// The gradients, given dy = ∂L/∂y: with dz = dy where y is above 0 (all of dy without ReLU), ∂L/∂β = Σ dz, ∂L/∂γ = Σ dz x̂ and
    /// ∂L/∂x = γ / √(variance + ε) · (dz − mean of dz − x̂ · mean of dz x̂); dz is the shortcut's gradient.
    /// </summary>
    /// <param name="x">(rows, channels)</param>
    /// <param name="y">(rows, channels): the result of the forward pass with a shortcut and ReLU, which shows where ReLU cut off; null to
    /// compute that from x</param>
    /// <param name="dy">(rows, channels); becomes dz if <paramref name="keepDz"/>.</param>
    /// <param name="secondDy">(rows, channels), added to <paramref name="dy"/>; null if y was used only once. Requires <paramref
    /// name="keepDz"/>.</param>
    /// <param name="relu">As in the forward pass.</param>
    /// <param name="keepDz">Whether dz is wanted, for the shortcut.</param>
    /// <param name="dx">(rows, channels); may be <paramref name="dy"/> unless dz is wanted.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="mean">(channels)</param>
    /// <param name="scale">(channels): γ / √(variance + ε)</param>
    /// <param name="beta">(channels): β</param>
    /// <param name="inverseDeviation">(channels): 1 / √(variance + ε)</param>
    /// <param name="dGamma">(channels): ∂L/∂γ is added to it.</param>
    /// <param name="dBeta">(channels): ∂L/∂β is added to it.</param>
    public static void Backward(
        void* x,
        void* y,
        void* dy,
        void* secondDy,
        bool relu,
        bool keepDz,
        void* dx,
        int rows,
        ReadOnlySpan<double> mean,
        ReadOnlySpan<double> scale,
        ReadOnlySpan<float> beta,
        ReadOnlySpan<double> inverseDeviation,
        Span<float> dGamma,
        Span<float> dBeta)
    {
        int channels = mean.Length;
        using Workspace workspace = new(channels);
        fixed (double* sums = workspace.Sums)
        fixed (float* numbers = workspace.Numbers)
        {
            Job job = new()
            {
                X = (byte*)x,
                Y = (byte*)y,
                Dy = (byte*)dy,
                Other = (byte*)secondDy,
                Dx = (byte*)dx,
                Relu = relu,
                KeepDz = keepDz,
                Rows = rows,
                Channels = channels,
                Sums = sums,
            };
            job.Place(numbers);
            Arrange(job, mean, scale, beta);
            ComputeThreads.Run(&SumBackward, &job);
            workspace.AddUp();

            // dx = scale dz + slope (x − mean) + offset
            for (int c = 0; c < channels; c++)
            {
                int lane = T.LaneOf(c);
                double sumDz = sums[lane], sumDzX = sums[channels + lane];
                job.Slope[lane] = (float)(-scale[c] * inverseDeviation[c] * inverseDeviation[c] * sumDzX / rows);
                dBeta[c] += (float)sumDz;
                dGamma[c] += (float)(sumDzX * inverseDeviation[c]);
                job.Offset[lane] = (float)(-scale[c] * sumDz / rows);
            }

            ComputeThreads.Run(&Differentiate, &job);
        }
    }

    private static void Arrange(in Job job, ReadOnlySpan<double> mean, ReadOnlySpan<double> scale, ReadOnlySpan<float> beta)
    {
        for (int c = 0; c < job.Channels; c++)
        {
            int lane = T.LaneOf(c);
            job.Mean[lane] = (float)mean[c];
            job.Scale[lane] = (float)scale[c];
            job.Beta[lane] = beta[c];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumForward(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        int channels = job->Channels;
        double* sums = job->Sums + ((long)part * 2 * channels);
        float* s = stackalloc float[2 * channels];
        (int start, int end) = ComputeThreads.Share(job->Rows, part, parts);
        for (int row = start; row < end; row += Block)
        {
            Unsafe.InitBlock(s, 0, (uint)(2 * channels * sizeof(float)));
            int blockEnd = Math.Min(row + Block, end);
            for (int tile = row; tile < blockEnd; tile += Tile)
            {
                int tileEnd = Math.Min(tile + Tile, blockEnd);
                for (int c = 0; c < channels; c += ILanes.Count)
                {
                    Vector512<float> pivotA = Vector512.Load(job->Mean + c), pivotB = Vector512.Load(job->Mean + c + 16);
                    Vector512<float> sumA = Vector512.Load(s + c), sumB = Vector512.Load(s + c + 16);
                    Vector512<float> squaresA = Vector512.Load(s + channels + c), squaresB = Vector512.Load(s + channels + c + 16);
                    byte* x = job->X + ((((long)tile * channels) + c) * T.Size);
                    for (int r = tile; r < tileEnd; r++, x += (long)channels * T.Size)
                    {
                        T.Load(x, out Vector512<float> a, out Vector512<float> b);
                        a -= pivotA;
                        b -= pivotB;
                        sumA += a;
                        sumB += b;
                        squaresA = Vector512.FusedMultiplyAdd(a, a, squaresA);
                        squaresB = Vector512.FusedMultiplyAdd(b, b, squaresB);
                    }

                    sumA.Store(s + c);
                    sumB.Store(s + c + 16);
                    squaresA.Store(s + channels + c);
                    squaresB.Store(s + channels + c + 16);
                }
            }

            AddTo(sums, s, 2 * channels);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalise(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        int channels = job->Channels;
        (int start, int end) = ComputeThreads.Share(job->Rows, part, parts);
        for (int row = start; row < end; row++)
        {
            long offset = (long)row * channels * T.Size;
            for (int c = 0; c < channels; c += ILanes.Count, offset += ILanes.Count * T.Size)
            {
                T.Load(job->X + offset, out Vector512<float> a, out Vector512<float> b);
                a = Vector512.FusedMultiplyAdd(
                    a - Vector512.Load(job->Mean + c),
                    Vector512.Load(job->Scale + c),
                    Vector512.Load(job->Beta + c));
                b = Vector512.FusedMultiplyAdd(
                    b - Vector512.Load(job->Mean + c + 16),
                    Vector512.Load(job->Scale + c + 16),
                    Vector512.Load(job->Beta + c + 16));
                if (job->Other != null)
                {
                    T.Load(job->Other + offset, out Vector512<float> otherA, out Vector512<float> otherB);
                    a += otherA;
                    b += otherB;
                }

                if (job->Relu)
                {
                    a = AboveZero(a, a);
                    b = AboveZero(b, b);
                }

                T.Store(job->Y + offset, a, b);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumBackward(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        int channels = job->Channels;
        double* sums = job->Sums + ((long)part * 2 * channels);
        float* s = stackalloc float[2 * channels];
        (int start, int end) = ComputeThreads.Share(job->Rows, part, parts);
        for (int row = start; row < end; row += Block)
        {
            Unsafe.InitBlock(s, 0, (uint)(2 * channels * sizeof(float)));
            int blockEnd = Math.Min(row + Block, end);
            for (int tile = row; tile < blockEnd; tile += Tile)
            {
                int tileEnd = Math.Min(tile + Tile, blockEnd);
                for (int c = 0; c < channels; c += ILanes.Count)
                {
                    Vector512<float> sumA = Vector512.Load(s + c), sumB = Vector512.Load(s + c + 16);
                    Vector512<float> productsA = Vector512.Load(s + channels + c), productsB = Vector512.Load(s + channels + c + 16);
                    Vector512<float> meanA = Vector512.Load(job->Mean + c), meanB = Vector512.Load(job->Mean + c + 16);
                    long offset = (((long)tile * channels) + c) * T.Size;
                    for (int r = tile; r < tileEnd; r++, offset += (long)channels * T.Size)
                    {
                        T.Load(job->X + offset, out Vector512<float> xA, out Vector512<float> xB);
                        LoadDz(job, offset, c, xA, xB, out Vector512<float> a, out Vector512<float> b);
                        if (job->KeepDz)
                        {
                            T.Store(job->Dy + offset, a, b);
                        }

                        sumA += a;
                        sumB += b;
                        productsA = Vector512.FusedMultiplyAdd(a, xA - meanA, productsA);
                        productsB = Vector512.FusedMultiplyAdd(b, xB - meanB, productsB);
                    }

                    sumA.Store(s + c);
                    sumB.Store(s + c + 16);
                    productsA.Store(s + channels + c);
                    productsB.Store(s + channels + c + 16);
                }
            }

            AddTo(sums, s, 2 * channels);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Differentiate(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        int channels = job->Channels;
        (int start, int end) = ComputeThreads.Share(job->Rows, part, parts);
        for (int row = start; row < end; row++)
        {
            long offset = (long)row * channels * T.Size;
            for (int c = 0; c < channels; c += ILanes.Count, offset += ILanes.Count * T.Size)
            {
                T.Load(job->X + offset, out Vector512<float> xA, out Vector512<float> xB);
                Vector512<float> a, b;
                if (job->KeepDz)
                {
                    T.Load(job->Dy + offset, out a, out b);
                }
                else
                {
                    LoadDz(job, offset, c, xA, xB, out a, out b);
                }

                a = Vector512.FusedMultiplyAdd(
                    a,
                    Vector512.Load(job->Scale + c),
                    Vector512.FusedMultiplyAdd(
                        xA - Vector512.Load(job->Mean + c),
                        Vector512.Load(job->Slope + c),
                        Vector512.Load(job->Offset + c)));
                b = Vector512.FusedMultiplyAdd(
                    b,
                    Vector512.Load(job->Scale + c + 16),
                    Vector512.FusedMultiplyAdd(
                        xB - Vector512.Load(job->Mean + c + 16),
                        Vector512.Load(job->Slope + c + 16),
                        Vector512.Load(job->Offset + c + 16)));
                T.Store(job->Dx + offset, a, b);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadDz(
        Job* job,
        long offset,
        int c,
        Vector512<float> xA,
        Vector512<float> xB,
        out Vector512<float> a,
        out Vector512<float> b)
    {
        T.Load(job->Dy + offset, out a, out b);
        if (job->Other != null)
        {
            T.Load(job->Other + offset, out Vector512<float> otherA, out Vector512<float> otherB);
            a += otherA;
            b += otherB;
        }

        if (!job->Relu)
        {
            return;
        }

        Vector512<float> yA, yB;
        if (job->Y != null)
        {
            T.Load(job->Y + offset, out yA, out yB);
        }
        else
        {
            yA = Vector512.FusedMultiplyAdd(
                xA - Vector512.Load(job->Mean + c),
                Vector512.Load(job->Scale + c),
                Vector512.Load(job->Beta + c));
            yB = Vector512.FusedMultiplyAdd(
                xB - Vector512.Load(job->Mean + c + 16),
                Vector512.Load(job->Scale + c + 16),
                Vector512.Load(job->Beta + c + 16));
        }

        a = AboveZero(yA, a);
        b = AboveZero(yB, b);
    }

    // The value where y is above 0 or not a number, else 0: a NaN must show in the loss, not be hidden.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> AboveZero(Vector512<float> y, Vector512<float> value) =>
        Vector512.AndNot(value, Vector512.LessThanOrEqual(y, Vector512<float>.Zero));

    private static void AddTo(double* sums, float* values, int count)
    {
        for (int i = 0; i < count; i += 8)
        {
            (
                Vector512.Load(sums + i)
                + Vector512.Create(Vector256.WidenLower(Vector256.Load(values + i)), Vector256.WidenUpper(Vector256.Load(values + i)))
            ).Store(sums + i);
        }
    }

    private struct Job
    {
        public byte* X, Y, Dy, Dx, Other;
        public bool Relu, KeepDz;
        public int Rows, Channels;
        public double* Sums;                                // (parts, 2, channels), in the order of the lanes, like all below
        public float* Mean, Scale, Beta, Slope, Offset;     // (channels)

        public void Place(float* numbers)
        {
            Mean = numbers;
            Scale = Mean + Channels;
            Beta = Scale + Channels;
            Slope = Beta + Channels;
            Offset = Slope + Channels;
        }
    }

    /// <summary>Memory for one call: two sums for each thread and channel, and five numbers for each channel.</summary>
    private readonly ref struct Workspace : IDisposable
    {
        private readonly double[] sums;
        private readonly float[] numbers;
        private readonly int channels;
        private readonly int parts;

        public Workspace(int channels)
        {
            if (channels % ILanes.Count != 0)
            {
                throw new ArgumentException($"{channels} channels are not a multiple of {ILanes.Count}.", nameof(channels));
            }

            this.channels = channels;
            parts = TorchSharp.torch.get_num_threads();
            sums = ArrayPool<double>.Shared.Rent(parts * 2 * channels);
            numbers = ArrayPool<float>.Shared.Rent(5 * channels);
            Sums.Clear();
        }

        public Span<double> Sums => sums.AsSpan(0, parts * 2 * channels);

        public Span<float> Numbers => numbers;

        /// <summary>Adds the sums of all threads into those of the first.</summary>
        public void AddUp()
        {
            Span<double> first = Sums[..(2 * channels)];
            for (int part = 1; part < parts; part++)
            {
                ReadOnlySpan<double> more = Sums.Slice(part * 2 * channels, 2 * channels);
                for (int i = 0; i < first.Length; i++)
                {
                    first[i] += more[i];
                }
            }
        }

        public void Dispose()
        {
            ArrayPool<double>.Shared.Return(sums);
            ArrayPool<float>.Shared.Return(numbers);
        }
    }
}
