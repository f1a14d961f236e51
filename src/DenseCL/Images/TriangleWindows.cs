namespace DenseCL.Images;

/// <summary>For every output pixel of one axis: which input pixels it sees, and their weights in fixed point.</summary>
/// <remarks>Laid out in a caller's span: for each output pixel the first input pixel, the count, and the weights.</remarks>
internal readonly ref struct TriangleWindows
{
    /// <summary>Binary places of a weight: 8 bits of pixel and a sign leave 23, and one is kept for sums that overshoot.</summary>
    public const int Precision = 22;

    private readonly Span<int> windows;
    private readonly int stride;

    private TriangleWindows(Span<int> windows, int stride)
    {
        this.windows = windows;
        this.stride = stride;
    }

    /// <summary>The number of integers that <see cref="Fill"/> needs.</summary>
    public static int Length(int from, int to) => to * (Taps(from, to) + 2);

    /// <summary>The windows that take an axis from one length to another.</summary>
    /// <param name="table">Filled; <see cref="Length"/> integers.</param>
    /// <param name="from">Input length.</param>
    /// <param name="to">Output length.</param>
    public static TriangleWindows Fill(Span<int> table, int from, int to)
    {
        int taps = Taps(from, to);
        double scale = (double)from / to;
        double stretch = Math.Max(scale, 1); // antialias: when shrinking the triangle covers the same share of the output
        Span<double> weights = taps <= 256 ? stackalloc double[taps] : new double[taps];
        for (int pixel = 0; pixel < to; pixel++)
        {
            double centre = (pixel + 0.5) * scale;
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
        }

        return new TriangleWindows(table, taps + 2);
    }

    /// <summary>The weights of an output pixel, and the first input pixel they apply to.</summary>
    public ReadOnlySpan<int> Of(int pixel, out int first)
    {
        ReadOnlySpan<int> window = windows.Slice(pixel * stride, stride);
        first = window[0];
        return window.Slice(2, window[1]);
    }

    private static int Taps(int from, int to) => ((int)Math.Ceiling(Math.Max((double)from / to, 1)) * 2) + 1;
}
