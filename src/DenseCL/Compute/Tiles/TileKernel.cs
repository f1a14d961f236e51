using System.Runtime.InteropServices;
using DenseCL.Platform;

namespace DenseCL.Compute.Tiles;

/// <summary>
/// The product on which all convolutions are built: a tile of up to 6 rows and 64 columns,
/// <code>target[r][c] = Σ over taps t and steps k of  source[t][r][k] · panel[t][k][c]</code>
/// where a step is one float32 number or a pair of bfloat16 numbers. The 24 vectors of sums stay in registers from the first step to the
/// last.
/// </summary>
/// <remarks>
/// This is machine code because .NET has no intrinsic for the instruction that multiplies bfloat16; float32 uses the same code with another
/// instruction. libtorch's library chooses its blocks by the sizes of the caches; on a virtual processor that hides them it reaches half of
/// what the processor can do. A tile takes some microseconds, and a garbage collection has to wait for it.
/// </remarks>
internal static unsafe class TileKernel
{
    /// <summary>Maximum number of rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>Columns of a tile and of a panel.</summary>
    public const int Columns = 64;

    /// <summary>Bytes of a step in a panel.</summary>
    public const int PanelStep = Columns * sizeof(float);

    private const int Vectors = Columns / 16;

    // The panel comes from the second-level cache: it is prefetched this far ahead.
    private const int PrefetchSteps = 12;

    private static readonly byte*[]? Float32Code = Processor.RunsCode && MachineCode.IsAllowed ? Place(pairs: false) : null;
    private static readonly byte*[]? BFloat16Code = Float32Code is not null && Processor.MultipliesBf16 ? Place(pairs: true) : null;

    /// <summary>Whether this machine can run the kernel.</summary>
    /// <param name="pairs">With bfloat16 numbers.</param>
    public static bool IsSupported(bool pairs) => (pairs ? BFloat16Code : Float32Code) is not null;

    /// <summary>Computes a tile.</summary>
    /// <param name="pairs">Whether steps are pairs of bfloat16.</param>
    /// <param name="result">What to do with the sums; bfloat16 only for pairs.</param>
    /// <param name="rows">1 to <see cref="Rows"/>.</param>
    /// <param name="call">The addresses and sizes.</param>
    public static void Run(bool pairs, TileResult result, int rows, Call* call) =>
        ((delegate* unmanaged[Cdecl, SuppressGCTransition]<Call*, void>)(pairs ? BFloat16Code : Float32Code)![Index(result, rows)])(call);

    private static int Index(TileResult result, int rows) => ((int)result * Rows) + rows - 1;

    private static byte*[]? Place(bool pairs)
    {
        TileResult[] results = [TileResult.Float32, TileResult.Added, TileResult.BFloat16];
        Assembler assembler = new();
        int?[] starts = new int?[results.Length * Rows];
        foreach (TileResult result in results.Where(result => pairs || result != TileResult.BFloat16))
        {
            for (int rows = 1; rows <= Rows; rows++)
            {
                starts[Index(result, rows)] = assembler.Position;
                Write(assembler, pairs, result, rows);
            }
        }

        byte* code = MachineCode.Place(assembler.ToArray());
        if (code is null)
        {
            return null;
        }

        byte*[] entries = new byte*[starts.Length];
        for (int i = 0; i < starts.Length; i++)
        {
            entries[i] = starts[i] is { } start ? code + start : null;
        }

        return entries;
    }

    private static void Write(Assembler assembler, bool pairs, TileResult result, int rows)
    {
        // The argument is in rdi (System V calling convention); rbx, rbp and r12 to r15 must be preserved.
        const Register call = Register.Rdi,
            sources = Register.Rbx,
            taps = Register.Rbp,
            panel = Register.Rsi,
            steps = Register.Rcx,
            stride = Register.Rdx,
            step = Register.Rax;
        ReadOnlySpan<Register> saved = [Register.Rbx, Register.Rbp, Register.R12, Register.R13];
        const int firstColumn = Rows * Vectors, firstRow = firstColumn + Vectors, factors = 32 - firstRow;
        static int Sum(int row, int vector) => (row * Vectors) + vector;

        foreach (Register register in saved)
        {
            assembler.Push(register);
        }

        assembler.Load(sources, call, Call.SourcesAt);
        assembler.Load(taps, call, Call.TapsAt);
        assembler.Load(stride, call, Call.StrideAt);
        assembler.Load(panel, call, Call.PanelAt);
        for (int i = 0; i < rows * Vectors; i++)
        {
            assembler.ClearVector(i);
        }

        assembler.Test(taps);
        int end = assembler.JumpIfZero();
        int nextTap = assembler.Position;
        for (int row = 0; row < rows; row++)
        {
            assembler.Load(Register.R8 + row, sources, row * sizeof(long));
        }

        assembler.Add(sources, Rows * sizeof(long));
        assembler.Load(steps, call, Call.StepsAt);
        assembler.Clear(step);

        int nextStep = assembler.Position;
        for (int vector = 0; vector < Vectors; vector++)
        {
            assembler.LoadVector(firstColumn + vector, panel, vector * 64);
            assembler.Prefetch(panel, (PrefetchSteps * PanelStep) + (vector * 64));
        }

        for (int row = 0; row < rows; row++)
        {
            int factor = firstRow + (row % factors);
            assembler.Broadcast(factor, Register.R8 + row, step);
            for (int vector = 0; vector < Vectors; vector++)
            {
                if (pairs)
                {
                    assembler.MultiplyAddPairs(Sum(row, vector), factor, firstColumn + vector);
                }
                else
                {
                    assembler.MultiplyAdd(Sum(row, vector), factor, firstColumn + vector);
                }
            }
        }

        assembler.Add(step, stride);
        assembler.Add(panel, PanelStep);
        assembler.Decrement(steps);
        assembler.JumpIfNotZero(nextStep);
        assembler.Decrement(taps);
        assembler.JumpIfNotZero(nextTap);

        assembler.Land(end);
        for (int row = 0; row < rows; row++)
        {
            const Register target = Register.Rax;
            assembler.Load(target, call, Call.TargetsAt + (row * sizeof(long)));
            for (int vector = 0; vector < Vectors; vector++)
            {
                int sum = Sum(row, vector);
                switch (result)
                {
                    case TileResult.BFloat16:
                        assembler.ToBFloat16(sum, sum);
                        assembler.StoreHalf(sum, target, vector * 32);
                        break;
                    case TileResult.Added:
                        assembler.AddVector(sum, target, vector * 64);
                        assembler.StoreVector(sum, target, vector * 64);
                        break;
                    default:
                        assembler.StoreVector(sum, target, vector * 64);
                        break;
                }
            }
        }

        for (int i = saved.Length - 1; i >= 0; i--)
        {
            assembler.Pop(saved[i]);
        }

        assembler.ZeroUpper();
        assembler.Return();
    }

    /// <summary>The addresses and sizes of a tile. The machine code relies on the offsets of the fields.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Call
    {
        internal const int SourcesAt = 0, TapsAt = 8, StepsAt = 16, StrideAt = 24, PanelAt = 32, TargetsAt = 40;

        /// <summary>(taps, <see cref="Rows"/>): the first step of each row, for each tap.</summary>
        public byte** Sources;

        /// <summary>How many taps; with 0 the sums are 0.</summary>
        public long Taps;

        /// <summary>How many steps a tap has, at least 1.</summary>
        public long Steps;

        /// <summary>Bytes from one step of a row to the next.</summary>
        public long Stride;

        /// <summary>(taps, steps, <see cref="Columns"/>): without gaps.</summary>
        public byte* Panel;

        /// <summary>(<see cref="Rows"/>): where 64 results of each row go.</summary>
        public TargetRows Targets;
    }

    /// <summary>A pointer for each row.</summary>
    public struct TargetRows
    {
        private fixed long rows[Rows];

        /// <summary>The pointer of a row.</summary>
        public byte* this[int row]
        {
            readonly get => (byte*)rows[row];
            set => rows[row] = (long)value;
        }
    }
}
