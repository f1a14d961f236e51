using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using DenseCL.Compute.Tiles;

namespace DenseCL.Compute;

/// <summary>
/// Depthwise convolutions on channels-last float32 maps in memory. Vectors run over the channels, and any number of channels is allowed.
/// </summary>
/// <remarks>
/// oneDNN, which libtorch 2.10 calls, gives wrong gradients of the input for some of these shapes with a stride or a dilation.
/// </remarks>
internal static unsafe class DepthwiseKernel
{
    /// <summary>y = the convolution of x.</summary>
    /// <param name="shape">All sizes; the number of inputs equals that of outputs.</param>
    /// <param name="x">(N, H, W, C)</param>
    /// <param name="weights">(taps, C)</param>
    /// <param name="y">(N, out height, out width, C)</param>
    public static void Forward(in ConvolutionShape shape, float* x, float* weights, float* y)
    {
        Job job = new() { Shape = shape, X = x, Weights = weights, Y = y };
        ComputeThreads.Run(&ForwardPart, &job);
    }

    /// <summary>dx = ∂L/∂x, given dy = ∂L/∂y.</summary>
    /// <param name="shape">All sizes.</param>
    /// <param name="dy">(N, out height, out width, C)</param>
    /// <param name="weights">(taps, C)</param>
    /// <param name="dx">(N, H, W, C)</param>
    public static void InputGradient(in ConvolutionShape shape, float* dy, float* weights, float* dx)
    {
        Job job = new() { Shape = shape, X = dx, Weights = weights, Y = dy };
        ComputeThreads.Run(&InputPart, &job);
    }

    /// <summary>∂L/∂weights.</summary>
    /// <param name="shape">All sizes.</param>
    /// <param name="x">(N, H, W, C)</param>
    /// <param name="dy">(N, out height, out width, C): ∂L/∂y</param>
    /// <param name="gradient">(taps, C)</param>
    public static void WeightGradient(in ConvolutionShape shape, float* x, float* dy, float* gradient)
    {
        int count = shape.Taps * shape.Inputs, parts = TorchSharp.torch.get_num_threads();
        double[] sums = ArrayPool<double>.Shared.Rent(parts * count);
        float[] rowSums = ArrayPool<float>.Shared.Rent(parts * count);
        sums.AsSpan(0, parts * count).Clear();
        fixed (double* memory = sums)
        fixed (float* rowMemory = rowSums)
        {
            Job job = new() { Shape = shape, X = x, Y = dy, Sums = memory, RowSums = rowMemory };
            ComputeThreads.Run(&WeightPart, &job);
        }

        for (int i = 0; i < count; i++)
        {
            double sum = 0;
            for (int part = 0; part < parts; part++)
            {
                sum += sums[(part * count) + i];
            }

            gradient[i] = (float)sum;
        }

        ArrayPool<double>.Shared.Return(sums);
        ArrayPool<float>.Shared.Return(rowSums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardPart(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        ConvolutionShape shape = job->Shape;
        int channels = shape.Inputs;
        (int start, int end) = ComputeThreads.Share(shape.Images * shape.OutHeight, part, parts);
        for (int row = start; row < end; row++)
        {
            (int image, int top) = (row / shape.OutHeight, row % shape.OutHeight * shape.Stride);
            for (int column = 0; column < shape.OutWidth; column++)
            {
                float* y = job->Y + ((((long)row * shape.OutWidth) + column) * channels);
                new Span<float>(y, channels).Clear();
                for (int tap = 0; tap < shape.Taps; tap++)
                {
                    (int down, int right) = shape.Offset(tap);
                    (int i, int j) = (top + down, (column * shape.Stride) + right);
                    if ((uint)i < (uint)shape.Height && (uint)j < (uint)shape.Width)
                    {
                        AddProducts(
                            y,
                            job->X + ((((((long)image * shape.Height) + i) * shape.Width) + j) * channels),
                            job->Weights + ((long)tap * channels),
                            channels);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputPart(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        ConvolutionShape shape = job->Shape;
        int channels = shape.Inputs, stride = shape.Stride;
        (int start, int end) = ComputeThreads.Share(shape.Images * shape.Height, part, parts);
        for (int row = start; row < end; row++)
        {
            (int image, int i) = (row / shape.Height, row % shape.Height);
            for (int j = 0; j < shape.Width; j++)
            {
                float* dx = job->X + ((((long)row * shape.Width) + j) * channels);
                new Span<float>(dx, channels).Clear();
                for (int tap = 0; tap < shape.Taps; tap++)
                {
                    (int down, int right) = shape.Offset(tap);
                    (int top, int left) = (i - down, j - right); // the output whose tap reads this position, times the stride
                    if (
                        top >= 0
                        && left >= 0
                        && top % stride == 0
                        && left % stride == 0
                        && top / stride < shape.OutHeight
                        && left / stride < shape.OutWidth)
                    {
                        long position = ((((long)image * shape.OutHeight) + (top / stride)) * shape.OutWidth) + (left / stride);
                        AddProducts(dx, job->Y + (position * channels), job->Weights + ((long)tap * channels), channels);
                    }
                }
            }
        }
    }

    /// <summary>The sums over a row of positions are in single precision, those over all rows in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WeightPart(int part, int parts, void* state)
    {
        Job* job = (Job*)state;
        ConvolutionShape shape = job->Shape;
        int channels = shape.Inputs, count = shape.Taps * channels;
        double* sums = job->Sums + ((long)part * count);
        float* rowSums = job->RowSums + ((long)part * count);
        (int start, int end) = ComputeThreads.Share(shape.Images * shape.OutHeight, part, parts);
        for (int row = start; row < end; row++)
        {
            (int image, int top) = (row / shape.OutHeight, row % shape.OutHeight * shape.Stride);
            new Span<float>(rowSums, count).Clear();
            for (int column = 0; column < shape.OutWidth; column++)
            {
                float* dy = job->Y + ((((long)row * shape.OutWidth) + column) * channels);
                for (int tap = 0; tap < shape.Taps; tap++)
                {
                    (int down, int right) = shape.Offset(tap);
                    (int i, int j) = (top + down, (column * shape.Stride) + right);
                    if ((uint)i < (uint)shape.Height && (uint)j < (uint)shape.Width)
                    {
                        AddProducts(
                            rowSums + ((long)tap * channels),
                            job->X + ((((((long)image * shape.Height) + i) * shape.Width) + j) * channels),
                            dy,
                            channels);
                    }
                }
            }

            for (int n = 0; n < count; n++)
            {
                sums[n] += rowSums[n];
            }
        }
    }

    /// <summary>to ← to + a · b, element by element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(float* to, float* a, float* b, int count)
    {
        int n = 0;
        for (; n <= count - Vector<float>.Count; n += Vector<float>.Count)
        {
            (Vector.Load(to + n) + (Vector.Load(a + n) * Vector.Load(b + n))).Store(to + n);
        }

        for (; n < count; n++)
        {
            to[n] += a[n] * b[n];
        }
    }

    private struct Job
    {
        public ConvolutionShape Shape;
        public float* X, Weights, Y;        // in a backward pass X or Y is the gradient of x or y
        public double* Sums;                // (parts, taps, C)
        public float* RowSums;              // (parts, taps, C)
    }
}
