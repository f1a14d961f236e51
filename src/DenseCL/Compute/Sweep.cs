using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DenseCL.Compute.Tiles;

namespace DenseCL.Compute;

/// <summary>A pass of a convolution over the positions of a grid; each result is the sum over the taps.</summary>
internal unsafe struct Sweep
{
    /// <summary>Maximum number of channels of a map that is read.</summary>
    public const int MostChannels = 8192;

    /// <summary>What a tap reads where it lies outside the map.</summary>
    public static readonly byte* Zeros = (byte*)NativeMemory.AllocZeroed(MostChannels * sizeof(float));

    public bool Pairs;
    public int Images, Rows, Columns;                       // the grid
    public byte* Source;                                    // (images, height, width, channels): read at row · step + offset
    public int SourceHeight, SourceWidth, SourceChannels, SourceStep;
    public byte* Target;                                    // (images, height, width, channels): written at row · step + top
    public int TargetHeight, TargetWidth, TargetChannels, TargetStep, TargetTop, TargetLeft;
    public int Taps, AllTaps;                               // those of this pass, those in the panels
    public int* Offsets;                                    // (taps, 2): down, right
    public byte* Panels;                                    // of the first target channels, from the first tap of this pass on

    /// <summary>Positions of the grid, in all images.</summary>
    public readonly int Positions => Images * Rows * Columns;

    /// <summary>Bytes per number of a map.</summary>
    public readonly int NumberBytes => Pairs ? sizeof(ushort) : sizeof(float);

    /// <summary>A pass over the output positions and what is read for them.</summary>
    /// <param name="shape">All sizes.</param>
    /// <param name="bf16">Whether maps are bfloat16.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="offsets">(taps, 2): room for the offsets.</param>
    public static Sweep Forward(in ConvolutionShape shape, bool bf16, void* x, void* y, int* offsets)
    {
        for (int tap = 0; tap < shape.Taps; tap++)
        {
            (offsets[2 * tap], offsets[(2 * tap) + 1]) = shape.Offset(tap);
        }

        return new Sweep
        {
            Pairs = bf16,
            Images = shape.Images,
            Rows = shape.OutHeight,
            Columns = shape.OutWidth,
            Source = (byte*)x,
            SourceHeight = shape.Height,
            SourceWidth = shape.Width,
            SourceChannels = shape.Inputs,
            SourceStep = shape.Stride,
            Target = (byte*)y,
            TargetHeight = shape.OutHeight,
            TargetWidth = shape.OutWidth,
            TargetChannels = shape.Outputs,
            TargetStep = 1,
            Taps = shape.Taps,
            AllTaps = shape.Taps,
            Offsets = offsets,
        };
    }

    /// <summary>
    /// A pass over the input positions whose row and column leave these remainders when divided by the stride. The taps must still be set.
    /// </summary>
    /// <param name="shape">All sizes.</param>
    /// <param name="bf16">Whether maps are bfloat16.</param>
    /// <param name="dy">What is read: the gradient of the output.</param>
    /// <param name="dx">What is written: the gradient of the input.</param>
    /// <param name="top">The remainder of the row.</param>
    /// <param name="left">The remainder of the column.</param>
    public static Sweep Backward(in ConvolutionShape shape, bool bf16, void* dy, void* dx, int top, int left) => new()
    {
        Pairs = bf16,
        Images = shape.Images,
        Rows = (shape.Height - top + shape.Stride - 1) / shape.Stride,
        Columns = (shape.Width - left + shape.Stride - 1) / shape.Stride,
        Source = (byte*)dy,
        SourceHeight = shape.OutHeight,
        SourceWidth = shape.OutWidth,
        SourceChannels = shape.Outputs,
        SourceStep = 1,
        Target = (byte*)dx,
        TargetHeight = shape.Height,
        TargetWidth = shape.Width,
        TargetChannels = shape.Inputs,
        TargetStep = shape.Stride,
        TargetTop = top,
        TargetLeft = left,
        AllTaps = shape.Taps,
    };

    /// <summary>The addresses for some positions: what each tap reads for them, and where their results go.</summary>
    /// <param name="first">The first position.</param>
    /// <param name="count">How many.</param>
    /// <param name="together">This many positions are stored next to each other for each tap: sources are (⌈count / together⌉, taps,
    /// together).</param>
    /// <param name="sources">What each tap reads.</param>
    /// <param name="targets">(count)</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Point(int first, int count, int together, byte** sources, byte** targets)
    {
        int size = NumberBytes, taps = Taps;
        long sourceBytes = (long)SourceChannels * size, targetBytes = (long)TargetChannels * size;
        int* offsets = Offsets;
        long* distances = stackalloc long[Math.Max(taps, 1)];
        (int up, int down, int left, int right) = (0, 0, 0, 0);
        for (int tap = 0; tap < taps; tap++)
        {
            (int y, int x) = (offsets[2 * tap], offsets[(2 * tap) + 1]);
            distances[tap] = (((long)y * SourceWidth) + x) * sourceBytes;
            (up, down, left, right) = (Math.Min(up, y), Math.Max(down, y), Math.Min(left, x), Math.Max(right, x));
        }

        int column = first % Columns, row = first / Columns % Rows, image = first / Columns / Rows;
        for (int i = 0; i < count; i++)
        {
            int targetRow = (row * TargetStep) + TargetTop, targetColumn = (column * TargetStep) + TargetLeft;
            targets[i] = Target + (((((long)image * TargetHeight) + targetRow) * TargetWidth) + targetColumn) * targetBytes;

            int y = row * SourceStep, x = column * SourceStep;
            byte* centre = Source + (((((long)image * SourceHeight) + y) * SourceWidth) + x) * sourceBytes;
            byte** source = sources + ((long)i / together * together * taps) + (i % together);
            bool inside = y + up >= 0 && y + down < SourceHeight && x + left >= 0 && x + right < SourceWidth;
            for (int tap = 0; tap < taps; tap++, source += together)
            {
                *source =
                    inside || ((uint)(y + offsets[2 * tap]) < (uint)SourceHeight && (uint)(x + offsets[(2 * tap) + 1]) < (uint)SourceWidth)
                        ? centre + distances[tap]
                        : Zeros;
            }

            if (++column == Columns)
            {
                column = 0;
                if (++row == Rows)
                {
                    row = 0;
                    image++;
                }
            }
        }
    }
}
