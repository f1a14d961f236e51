using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DenseCL.Compute.Tiles;

/// <summary>
/// Copies a convolution's weights, float32 in (outputs, taps, inputs), into the panels that <see cref="TileKernel"/> reads, as bfloat16 if
/// requested.
/// </summary>
internal static unsafe class WeightPanels
{
    private const int Lanes = 16;

    // From two successive vectors: every other number, and the two interleaved.
    private static readonly Vector512<int> Even = Vector512.CreateSequence(0, 2), Odd = Vector512.CreateSequence(1, 2);
    private static readonly Vector512<int> LowerZip = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    private static readonly Vector512<int> UpperZip = LowerZip + Vector512.Create(8);

    /// <summary>For the output: (outputs / 64, taps, inputs, 64 outputs), each pair of inputs side by side in bfloat16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OfOutputs(float* weights, int outputs, int taps, int inputs, bool pairs, byte* panels, int part, int parts)
    {
        int steps = pairs ? inputs / 2 : inputs;
        (int start, int end) = ComputeThreads.Share(outputs / Lanes * taps, part, parts);
        Vector512<int>* block = stackalloc Vector512<int>[2 * Lanes];
        for (int i = start; i < end; i++)
        {
            (int output, int tap) = (i / taps * Lanes, i % taps);
            byte* to =
                panels
                + (
                    (((long)(output / TileKernel.Columns * taps) + tap) * steps * TileKernel.PanelStep)
                    + (output % TileKernel.Columns * sizeof(float)));
            for (int step = 0; step < steps; step += Lanes)
            {
                for (int row = 0; row < Lanes; row++)
                {
                    float* from = weights + ((((long)(output + row) * taps) + tap) * inputs);
                    if (pairs)
                    {
                        Vector512<float> a = Vector512.Load(from + (2 * step)),
                            b = Vector512.Load(from + (2 * step) + Lanes);
                        BFloat16Lanes.Store(
                            (byte*)(block + row),
                            Avx512F.PermuteVar16x32x2(a, Even, b),
                            Avx512F.PermuteVar16x32x2(a, Odd, b));
                    }
                    else
                    {
                        block[row] = Vector512.Load((int*)from + step);
                    }
                }

                Vector512<int>* columns = Transpose(block);
                for (int column = 0; column < Lanes; column++)
                {
                    columns[column].Store((int*)(to + ((long)(step + column) * TileKernel.PanelStep)));
                }
            }
        }
    }

    /// <summary>
    /// For the gradient of the input: (inputs / 64, taps, outputs, 64 inputs), each pair of outputs side by side in bfloat16; taps in the
    /// given order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OfInputs(
        float* weights,
        int outputs,
        int taps,
        int inputs,
        bool pairs,
        ReadOnlySpan<int> order,
        byte* panels,
        int part,
        int parts)
    {
        int together = pairs ? 2 : 1, steps = outputs / together;
        (int start, int end) = ComputeThreads.Share(inputs / TileKernel.Columns * taps, part, parts);
        for (int i = start; i < end; i++)
        {
            float* from = weights + ((long)order[i % taps] * inputs) + (i / taps * TileKernel.Columns);
            byte* to = panels + ((long)i * steps * TileKernel.PanelStep);
            for (int step = 0; step < steps; step++, to += TileKernel.PanelStep)
            {
                float* row = from + ((long)step * together * taps * inputs);
                for (int c = 0; c < TileKernel.Columns; c += Lanes)
                {
                    if (pairs)
                    {
                        BFloat16Lanes.Store(
                            to + (c * sizeof(float)),
                            Vector512.Load(row + c),
                            Vector512.Load(row + ((long)taps * inputs) + c));
                    }
                    else
                    {
                        Vector512.Load(row + c).Store((float*)to + c);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Transposes 16 × 16 numbers. Interleaving the first half of the rows with the second does a quarter of the work.
    /// </summary>
    /// <param name="block">32 vectors: the rows, and working space.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<int>* Transpose(Vector512<int>* block)
    {
        Vector512<int>* from = block, to = block + Lanes;
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < Lanes / 2; i++)
            {
                to[2 * i] = Avx512F.PermuteVar16x32x2(from[i], LowerZip, from[i + (Lanes / 2)]);
                to[(2 * i) + 1] = Avx512F.PermuteVar16x32x2(from[i], UpperZip, from[i + (Lanes / 2)]);
            }

            Vector512<int>* written = to;
            to = from;
            from = written;
        }

        return from;
    }
}
