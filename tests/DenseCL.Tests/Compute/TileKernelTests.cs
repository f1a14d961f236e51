using System.Runtime.InteropServices;
using DenseCL.Compute.Tiles;

namespace DenseCL.Tests.Compute;

/// <summary>The machine code against the sums it is to make, number by number, in double precision.</summary>
public unsafe class TileKernelTests
{
    private const int Taps = 3, Steps = 5;

    /// <summary>Pairs, a <see cref="TileResult"/>, rows.</summary>
    public static TheoryData<bool, int, int> Kinds()
    {
        TheoryData<bool, int, int> kinds = [];
        for (int rows = 1; rows <= TileKernel.Rows; rows++)
        {
            kinds.Add(false, (int)TileResult.Float32, rows);
            kinds.Add(false, (int)TileResult.Added, rows);
            kinds.Add(true, (int)TileResult.Float32, rows);
            kinds.Add(true, (int)TileResult.Added, rows);
            kinds.Add(true, (int)TileResult.BFloat16, rows);
        }

        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_tile_is_the_product_of_its_rows_and_its_panel(bool pairs, int result, int rows) =>
        Check(pairs, (TileResult)result, rows, Taps, stride: 1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Steps_of_a_row_may_lie_apart(bool pairs) => Check(pairs, TileResult.Float32, TileKernel.Rows, Taps, stride: 16);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_taps_the_sums_are_0(bool pairs) => Check(pairs, TileResult.Float32, 4, taps: 0, stride: 1);

    private static void Check(bool pairs, TileResult result, int rows, int taps, int stride)
    {
        Assert.SkipUnless(TileKernel.IsSupported(pairs), "This processor or system cannot run the kernel.");
        const float before = 7;
        int together = pairs ? 2 : 1;
        Random random = new(11);
        float[] source = Numbers(Math.Max(taps, 1) * TileKernel.Rows * Steps * stride),
            panel = Numbers(Math.Max(taps, 1) * Steps * TileKernel.Columns);
        float[] target = new float[TileKernel.Rows * TileKernel.Columns];
        Array.Fill(target, before);

        fixed (float* s = source, p = panel, t = target)
        {
            byte** sources = stackalloc byte*[Math.Max(taps, 1) * TileKernel.Rows];
            for (int i = 0; i < taps * TileKernel.Rows; i++)
            {
                sources[i] = (byte*)(s + (i * Steps * stride));
            }

            TileKernel.Call call = new() { Sources = sources, Taps = taps, Steps = Steps, Stride = stride * sizeof(float), Panel = (byte*)p };
            for (int row = 0; row < TileKernel.Rows; row++)
            {
                call.Targets[row] = (byte*)(t + (row * TileKernel.Columns));
            }

            TileKernel.Run(pairs, result, rows, &call);
        }

        for (int row = 0; row < TileKernel.Rows; row++)
        {
            for (int column = 0; column < TileKernel.Columns; column++)
            {
                double expected = row < rows && result != TileResult.Added ? 0 : before;
                for (int step = 0; row < rows && step < taps * Steps; step++)
                {
                    int tap = step / Steps, from = ((((tap * TileKernel.Rows) + row) * Steps) + (step % Steps)) * stride;
                    for (int half = 0; half < together; half++)
                    {
                        expected += (double)Number(source, from, half) * Number(panel, (step * TileKernel.Columns) + column, half);
                    }
                }

                bool stored16 = result == TileResult.BFloat16 && row < rows;
                float actual = stored16
                    ? Half(MemoryMarshal.Cast<float, ushort>(target.AsSpan(row * TileKernel.Columns))[column])
                    : target[(row * TileKernel.Columns) + column];
                if (result == TileResult.BFloat16 && row >= rows)
                {
                    Assert.Equal(before, actual);       // nothing is written beside the rows
                }
                else
                {
                    Assert.Equal(expected, actual, stored16 ? Math.Abs(expected) / 256 : 1e-5);
                }
            }
        }

        float[] Numbers(int count)
        {
            float[] numbers = new float[count];
            if (pairs)
            {
                Span<ushort> halves = MemoryMarshal.Cast<float, ushort>(numbers.AsSpan());
                for (int i = 0; i < halves.Length; i++)
                {
                    halves[i] = (ushort)(BitConverter.SingleToUInt32Bits(random.NextSingle() - 0.5f) >> 16);
                }
            }
            else
            {
                for (int i = 0; i < count; i++)
                {
                    numbers[i] = random.NextSingle() - 0.5f;
                }
            }

            return numbers;
        }

        float Number(float[] numbers, int i, int half) =>
            pairs ? Half(MemoryMarshal.Cast<float, ushort>(numbers.AsSpan())[(2 * i) + half]) : numbers[i];

        static float Half(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
    }
}
