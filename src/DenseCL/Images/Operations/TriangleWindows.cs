using System.Runtime.InteropServices;

namespace DenseCL.Images.Operations;

/// <summary>For every output pixel along one axis: which input pixels it reads, and their weights in fixed point.</summary>
/// <remarks>Laid out in a caller's span: for each output pixel the first input pixel, the count, and the weights.</remarks>
internal readonly ref struct TriangleWindows
{
    /// <summary>Fractional bits of a weight: 8 bits of pixel and a sign leave 23, and one is reserved for sums that overshoot.</summary>
    public const int Precision = 22;

    /// <summary>
    /// Bits of a weight's lower part. The upper part is at most 2^(Precision − LowBits), so both are signed 16-bit numbers.
    /// </summary>
    public const int LowBits = 15;

    /// <summary>What is added to a weighted sum of levels so that it is rounded.</summary>
    public const int Half = 1 << (Precision - 1);

    private readonly Span<int> windows;
    private readonly int stride;

    private TriangleWindows(Span<int> windows, int stride, int mostTaps)
    {
        this.windows = windows;
        this.stride = stride;
        MostTaps = mostTaps;
    }

    /// <summary>The number of input pixels in the widest window.</summary>
    public int MostTaps { get; }

    /// <summary>The number of integers that <see cref="Fill"/> needs.</summary>
    public static int Length(float low, float high, int to)
    {
        int taps = Taps(Scale(low, high, to));
        return checked((to * (taps + 2)) + (taps * 2));
    }

    /// <summary>The level, 0 … 255, of a weighted sum of levels to which <see cref="Half"/> was added.</summary>
    public static byte Level(int sum) => (byte)Math.Clamp(sum >> Precision, 0, 255);

    /// <summary>The windows in a table that <see cref="Fill"/> filled.</summary>
    /// <param name="table">The table.</param>
    /// <param name="low">As for <see cref="Fill"/>, and so are the others.</param>
    /// <param name="high">See there.</param>
    /// <param name="to">See there.</param>
    /// <param name="mostTaps">The number of input pixels in the widest window.</param>
    public static TriangleWindows Filled(Span<int> table, float low, float high, int to, int mostTaps) =>
        new(table, Taps(Scale(low, high, to)) + 2, mostTaps);

    /// <summary>Computes the windows that resize a part of an axis to another length.</summary>
    /// <param name="table">Is filled; <see cref="Length"/> integers.</param>
    /// <param name="from">Input length; no window extends beyond it.</param>
    /// <param name="low">Where in the input the output begins. Single precision, and so is high − low, like Pillow.</param>
    /// <param name="high">Where in the input the output ends.</param>
    /// <param name="to">Output length.</param>
    public static TriangleWindows Fill(Span<int> table, int from, float low, float high, int to)
    {
        double scale = Scale(low, high, to);
        int taps = Taps(scale);
        double stretch = Math.Max(scale, 1); // antialias: when shrinking, the triangle covers the same share of the output
        Span<double> weights = MemoryMarshal.Cast<int, double>(table[(to * (taps + 2))..]);
        int mostTaps = 0;
        for (int pixel = 0; pixel < to; pixel++)
        {
            double centre = low + ((pixel + 0.5) * scale);
            int first = Math.Max((int)(centre - stretch + 0.5), 0);
            int count = Math.Min((int)(centre + stretch + 0.5), from) - first;
            double sum = 0;
            for (int tap = 0; tap < count; tap++)
            {
                weights[tap] = Math.Max(1 - Math.Abs((tap + first - centre + 0.5) * (1 / stretch)), 0);
                sum += weights[tap];
            }

            Span<int> window = table.Slice(pixel * (taps + 2), taps + 2);
            (window[0], window[1]) = (first, count);
            for (int tap = 0; tap < count; tap++)
            {
                window[tap + 2] = (int)(0.5 + (weights[tap] / sum * (1 << Precision)));
            }

            mostTaps = Math.Max(mostTaps, count);
        }

        return new TriangleWindows(table, taps + 2, mostTaps);
    }

    /// <summary>The weights of an output pixel, and the first input pixel they apply to.</summary>
    public ReadOnlySpan<int> Of(int pixel, out int first)
    {
        ReadOnlySpan<int> window = windows.Slice(pixel * stride, stride);
        first = window[0];
        return window.Slice(2, window[1]);
    }

    /// <summary>
    /// The weights of an output pixel for multiplications of 16-bit pairs. For each pair of neighbours, one integer contains their upper
    /// parts, the first one's in the lower half, and the next integer their lower parts. Weights beyond the window are 0.
    /// </summary>
    /// <param name="pixel">The output pixel.</param>
    /// <param name="pairs">Is filled; an even number of integers, at least the number of weights.</param>
    /// <returns>The first input pixel.</returns>
    public int Pairs(int pixel, Span<int> pairs)
    {
        ReadOnlySpan<int> weights = Of(pixel, out int first);
        for (int tap = 0; tap < pairs.Length; tap += 2)
        {
            int even = tap < weights.Length ? weights[tap] : 0;
            int odd = tap + 1 < weights.Length ? weights[tap + 1] : 0;
            pairs[tap] = (even >> LowBits) | (odd >> LowBits << 16);
            pairs[tap + 1] = (even & ((1 << LowBits) - 1)) | ((odd & ((1 << LowBits) - 1)) << 16);
        }

        return first;
    }

    private static double Scale(float low, float high, int to) => (double)(high - low) / to;

    private static int Taps(double scale) => ((int)Math.Ceiling(Math.Max(scale, 1)) * 2) + 1;
}
