using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DenseCL.Compute.Tiles;

/// <summary>
/// Convolution and its two gradients on channels-last maps in memory, as products of tiles (<see cref="TileKernel"/>). Maps are not copied:
/// a row of a tile points to the channels that a tap reads. Only the gradient of the weights transposes some hundred positions at a time
/// into panels. Maps are float32 or bfloat16, weights and their gradient float32.
/// </summary>
internal static unsafe class ConvolutionKernel
{
    // Bytes of input that stay in the cache while all panels of weights are processed; at most this many rows of tiles.
    private const int BlockBytes = 256 << 10;
    private const int MostRows = 64 * TileKernel.Rows;

    // Steps (positions, or pairs of them) that the weights' gradient sums in registers. More steps mean less traffic to and from the
    // gradient; with fewer the panel of a tap stays in the cache. From 192 to 384 the speed is the same. See "Exactness" in
    // docs/architecture.md.
    private const int ChunkSteps = 384;

    private const int Lanes = 16;

    // 16 outputs for all steps of a chunk, and some room: blocks at distances of a power of two would evict each other from the cache.
    private const int DyBlock = (ChunkSteps + 1) * Lanes * sizeof(float);
    private const int MostSize = 7;

    /// <summary>Whether this machine can compute this convolution.</summary>
    public static bool IsSupported(in ConvolutionShape shape, bool bf16) =>
        TileKernel.IsSupported(bf16) && shape.Inputs % TileKernel.Columns == 0 && shape.Outputs % TileKernel.Columns == 0
        && Math.Max(shape.Inputs, shape.Outputs) <= Sweep.MostChannels && shape.Size % 2 == 1 && shape.Size <= MostSize
        && (long)shape.Outputs * shape.Taps * shape.Inputs * sizeof(float) < int.MaxValue - Workspace.Alignment;

    /// <summary>y = the convolution of x.</summary>
    /// <param name="shape">All sizes.</param>
    /// <param name="bf16">Whether x and y are bfloat16, else float32.</param>
    /// <param name="x">(N, H, W, inputs)</param>
    /// <param name="weights">(outputs, taps, inputs), float32</param>
    /// <param name="y">(N, out height, out width, outputs)</param>
    public static void Forward(in ConvolutionShape shape, bool bf16, void* x, float* weights, void* y)
    {
        int size = SizeOf(bf16);
        using Workspace workspace = new((long)shape.Outputs * shape.Taps * shape.Inputs * size);
        fixed (byte* memory = workspace.Memory)
        {
            Weights job = new() { Shape = shape, Pairs = bf16, Values = weights, Panels = Workspace.Align(memory) };
            ComputeThreads.Run(&PackForOutputs, &job);

            int* offsets = stackalloc int[2 * shape.Taps];
            Sweep sweep = Sweep.Forward(shape, bf16, x, y, offsets);
            sweep.Panels = job.Panels;
            ComputeThreads.Run(&SweepPart, &sweep);
        }
    }

    /// <summary>dx = ∂L/∂x, given dy = ∂L/∂y.</summary>
    /// <param name="shape">All sizes.</param>
    /// <param name="bf16">Whether dy and dx are bfloat16, else float32.</param>
    /// <param name="dy">(N, out height, out width, outputs)</param>
    /// <param name="weights">(outputs, taps, inputs), float32</param>
    /// <param name="dx">(N, H, W, inputs)</param>
    public static void InputGradient(in ConvolutionShape shape, bool bf16, void* dy, float* weights, void* dx)
    {
        // A tap carries y's gradient to input positions that leave the same remainder when divided by the stride. So each of the stride²
        // classes of positions is a separate convolution without stride, with the taps that reach it.
        int stride = shape.Stride, size = SizeOf(bf16);
        int* order = stackalloc int[shape.Taps], offsets = stackalloc int[2 * shape.Taps], starts = stackalloc int[(stride * stride) + 1];
        int next = 0;
        for (int kind = 0; kind < stride * stride; kind++)
        {
            starts[kind] = next;
            for (int tap = 0; tap < shape.Taps; tap++)
            {
                (int down, int right) = shape.Offset(tap);
                (int up, int left) = ((kind / stride) - down, (kind % stride) - right);
                if (up % stride == 0 && left % stride == 0)
                {
                    order[next] = tap;
                    (offsets[2 * next], offsets[(2 * next) + 1]) = (up / stride, left / stride);
                    next++;
                }
            }
        }

        starts[stride * stride] = next;
        using Workspace workspace = new((long)shape.Outputs * shape.Taps * shape.Inputs * size);
        fixed (byte* memory = workspace.Memory)
        {
            Weights job = new() { Shape = shape, Pairs = bf16, Values = weights, Order = order, Panels = Workspace.Align(memory) };
            ComputeThreads.Run(&PackForInputs, &job);
            for (int kind = 0; kind < stride * stride; kind++)
            {
                Sweep sweep = Sweep.Backward(shape, bf16, dy, dx, kind / stride, kind % stride);
                sweep.Taps = starts[kind + 1] - starts[kind];
                sweep.Offsets = offsets + (2 * starts[kind]);
                sweep.Panels = job.Panels + ((long)starts[kind] * shape.Outputs * size * TileKernel.Columns);
                ComputeThreads.Run(&SweepPart, &sweep);
            }
        }
    }

    /// <summary>∂L/∂weights, added to the existing values.</summary>
    /// <param name="shape">All sizes.</param>
    /// <param name="bf16">Whether x and dy are bfloat16, else float32.</param>
    /// <param name="x">(N, H, W, inputs)</param>
    /// <param name="dy">(N, out height, out width, outputs): ∂L/∂y</param>
    /// <param name="gradient">(outputs, taps, inputs), float32</param>
    public static void WeightGradient(in ConvolutionShape shape, bool bf16, void* x, void* dy, float* gradient)
    {
        int parts = TorchSharp.torch.get_num_threads();
        long each = (ChunkSteps * TileKernel.PanelStep) + ((long)shape.Outputs / Lanes * DyBlock);
        using Workspace workspace = new(each * parts);
        fixed (byte* memory = workspace.Memory)
        {
            int* offsets = stackalloc int[2 * shape.Taps];
            GradientJob job = new()
            {
                Sweep = Sweep.Forward(shape, bf16, x, dy, offsets),
                Gradient = gradient,
                Memory = Workspace.Align(memory),
                MemoryEach = each,
            };
            ComputeThreads.Run(&SumWeightGradient, &job);
        }
    }

    private static int SizeOf(bool bf16) => bf16 ? sizeof(ushort) : sizeof(float);

    private static void PackForOutputs(int part, int parts, void* state)
    {
        Weights* job = (Weights*)state;
        WeightPanels.OfOutputs(job->Values, job->Shape.Outputs, job->Shape.Taps, job->Shape.Inputs, job->Pairs, job->Panels, part, parts);
    }

    private static void PackForInputs(int part, int parts, void* state)
    {
        Weights* job = (Weights*)state;
        ReadOnlySpan<int> order = new(job->Order, job->Shape.Taps);
        WeightPanels.OfInputs(
            job->Values,
            job->Shape.Outputs,
            job->Shape.Taps,
            job->Shape.Inputs,
            job->Pairs,
            order,
            job->Panels,
            part,
            parts);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SweepPart(int part, int parts, void* state)
    {
        Sweep* sweep = (Sweep*)state;
        int taps = sweep->Taps, size = sweep->NumberBytes;
        int sourceBytes = sweep->SourceChannels * size;
        int blockRows = Math.Clamp(BlockBytes / sourceBytes / TileKernel.Rows, 4, MostRows / TileKernel.Rows) * TileKernel.Rows;
        long tileColumns = TileKernel.Columns * size;
        long panelBytes = (long)sweep->AllTaps * sourceBytes * TileKernel.Columns;
        byte** sources = stackalloc byte*[blockRows * Math.Max(taps, 1)];
        byte** targets = stackalloc byte*[blockRows];
        TileKernel.Call call = new() { Taps = taps, Steps = sourceBytes / sizeof(float), Stride = sizeof(float) };
        TileResult result = sweep->Pairs ? TileResult.BFloat16 : TileResult.Float32;
        (int start, int end) = ComputeThreads.Share(sweep->Positions, part, parts);
        for (int block = start; block < end; block += blockRows)
        {
            int rows = Math.Min(blockRows, end - block);
            sweep->Point(block, rows, TileKernel.Rows, sources, targets);
            for (int panel = 0; panel < sweep->TargetChannels / TileKernel.Columns; panel++)
            {
                call.Panel = sweep->Panels + (panel * panelBytes);
                for (int row = 0; row < rows; row += TileKernel.Rows)
                {
                    int some = Math.Min(TileKernel.Rows, rows - row);
                    for (int r = 0; r < some; r++)
                    {
                        call.Targets[r] = targets[row + r] + (panel * tileColumns);
                    }

                    call.Sources = sources + ((long)row * taps);
                    TileKernel.Run(sweep->Pairs, result, some, &call);
                }
            }
        }
    }

    /// <summary>
    /// The gradient's rows are outputs, its columns are the inputs of a tap, and it sums over positions. Both maps are therefore transposed
    /// into panels of some positions; in bfloat16 pairs of positions lie side by side.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumWeightGradient(int part, int parts, void* state)
    {
        GradientJob* job = (GradientJob*)state;
        Sweep* sweep = &job->Sweep;
        bool pairs = sweep->Pairs;
        int size = SizeOf(pairs), taps = sweep->Taps, inputs = sweep->SourceChannels;
        int panels = inputs / TileKernel.Columns, blocks = sweep->TargetChannels / Lanes;

        // A unit of work is a block of 16 outputs with a panel of 64 inputs of a tap.
        (int start, int end) = ComputeThreads.Share(taps * panels * blocks, part, parts);
        if (start == end)
        {
            return;
        }

        bool withinOne = start / blocks == (end - 1) / blocks;
        (int firstBlock, int lastBlock) = withinOne ? (start % blocks, ((end - 1) % blocks) + 1) : (0, blocks);
        int chunk = pairs ? 2 * ChunkSteps : ChunkSteps, positions = sweep->Positions;
        byte* panel = job->Memory + (part * job->MemoryEach), dyPanels = panel + (ChunkSteps * TileKernel.PanelStep);
        byte** x = stackalloc byte*[chunk * taps];
        byte** dy = stackalloc byte*[chunk];
        byte** sources = stackalloc byte*[TileKernel.Rows];
        for (int position = 0; position < positions; position += chunk)
        {
            int count = Math.Min(chunk, positions - position);
            sweep->Point(position, count, chunk, x, dy);
            if (pairs && count % 2 == 1)
            {
                dy[count] = Sweep.Zeros;
                for (int tap = 0; tap < taps; tap++)
                {
                    x[(tap * chunk) + count] = Sweep.Zeros;
                }

                count++;
            }

            int steps = pairs ? count / 2 : count;
            Gather(dy, firstBlock * Lanes * size, steps, lastBlock - firstBlock, pairs, dyPanels, Lanes * sizeof(float), DyBlock);
            TileKernel.Call call = new() { Sources = sources, Taps = 1, Steps = steps, Stride = Lanes * sizeof(float), Panel = panel };
            for (int unit = start, filled = -1; unit < end; unit++)
            {
                (int block, int tap, int input) = (unit % blocks, unit / blocks / panels, unit / blocks % panels * TileKernel.Columns);
                if (unit / blocks != filled)
                {
                    filled = unit / blocks;
                    Gather(
                        x + ((long)tap * chunk),
                        input * size,
                        steps,
                        TileKernel.Columns / Lanes,
                        pairs,
                        panel,
                        TileKernel.PanelStep,
                        Lanes * sizeof(float));
                }

                for (int row = 0; row < Lanes; row += TileKernel.Rows)
                {
                    int some = Math.Min(TileKernel.Rows, Lanes - row);
                    for (int r = 0; r < some; r++)
                    {
                        sources[r] = dyPanels + ((long)(block - firstBlock) * DyBlock) + ((row + r) * sizeof(float));
                        call.Targets[r] = (byte*)(job->Gradient + (((((long)block * Lanes) + row + r) * taps) + tap) * inputs + input);
                    }

                    TileKernel.Run(pairs, TileResult.Added, some, &call);
                }
            }
        }
    }

    /// <summary>Vectors of 16 numbers, or of 16 pairs of numbers of two rows.</summary>
    /// <param name="rows">(steps, 1 or 2): the address from which a step is read.</param>
    /// <param name="offset">Bytes into each row.</param>
    /// <param name="steps">How many.</param>
    /// <param name="vectors">How many vectors of each step.</param>
    /// <param name="pairs">Whether steps are pairs of bfloat16 rows.</param>
    /// <param name="to">Where the first vector of the first step goes.</param>
    /// <param name="nextStep">Bytes from there to the next step.</param>
    /// <param name="nextVector">Bytes from there to the next vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(byte** rows, int offset, int steps, int vectors, bool pairs, byte* to, long nextStep, long nextVector)
    {
        for (int step = 0; step < steps; step++, to += nextStep)
        {
            byte* vector = to;
            if (pairs)
            {
                ushort* a = (ushort*)(rows[2 * step] + offset), b = (ushort*)(rows[(2 * step) + 1] + offset);
                for (int i = 0; i < vectors; i++, a += Lanes, b += Lanes, vector += nextVector)
                {
                    (
                        Avx512F.ConvertToVector512UInt32(Vector256.Load(a)) | (Avx512F.ConvertToVector512UInt32(Vector256.Load(b)) << 16)
                    ).Store((uint*)vector);
                }
            }
            else
            {
                float* a = (float*)(rows[step] + offset);
                for (int i = 0; i < vectors; i++, a += Lanes, vector += nextVector)
                {
                    Vector512.Load(a).Store((float*)vector);
                }
            }
        }
    }

    private struct Weights
    {
        public ConvolutionShape Shape;
        public bool Pairs;
        public float* Values;
        public int* Order;
        public byte* Panels;
    }

    private struct GradientJob
    {
        public Sweep Sweep;                                     // its source is x, its target dy
        public float* Gradient;
        public byte* Memory;                                    // for each thread: a panel of x, the panels of dy
        public long MemoryEach;
    }

    /// <summary>Memory for one call.</summary>
    private readonly ref struct Workspace(long bytes) : IDisposable
    {
        public const int Alignment = 64;

        private readonly byte[] memory = ArrayPool<byte>.Shared.Rent(checked((int)bytes + Alignment));

        public Span<byte> Memory => memory;

        public static byte* Align(byte* memory) => (byte*)(((nint)memory + Alignment - 1) & -Alignment);

        public void Dispose() => ArrayPool<byte>.Shared.Return(memory);
    }
}
