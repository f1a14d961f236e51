using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DenseCL.Compute.Tiles;

/// <summary>
/// Writes the few x64 instructions of the matrix kernel, because .NET has no intrinsic for <c>vdpbf16ps</c> yet. Encodings are those of
/// Intel's manual (Software Developer's Manual, volume 2, sections 2.1, 2.7 and the pages of the instructions). Vectors are numbered 0 to
/// 31.
/// </summary>
internal sealed class Assembler
{
    private const int Map0F = 1, Map0F38 = 2;                       // which table of instructions
    private const int NoPrefix = 0, Prefix66 = 1, PrefixF3 = 2;     // a part of the instruction's encoding

    private readonly List<byte> code = [];

    /// <summary>The position of the next instruction.</summary>
    public int Position => code.Count;

    public byte[] ToArray() => [.. code];

    public void Push(Register register) => General(null, 0x50 | ((int)register & 7), register);

    public void Pop(Register register) => General(null, 0x58 | ((int)register & 7), register);

    public void Return() => code.Add(0xC3);

    /// <summary>Marks the upper halves of vectors as unused, as code compiled for shorter vectors expects.</summary>
    public void ZeroUpper() => code.AddRange((ReadOnlySpan<byte>)[0xC5, 0xF8, 0x77]);

    /// <summary>to ← 8 bytes at [from + offset]</summary>
    public void Load(Register to, Register from, int offset)
    {
        code.Add((byte)(0x48 | ((int)to >> 3 << 2) | ((int)from >> 3)));
        code.Add(0x8B);
        Address((int)to, from, null, offset);
    }

    /// <summary>to ← 0</summary>
    public void Clear(Register to) => TwoRegisters(0x31, to, to);

    /// <summary>to ← to + other</summary>
    public void Add(Register to, Register other) => TwoRegisters(0x01, to, other);

    /// <summary>to ← to + number</summary>
    public void Add(Register to, int number)
    {
        General(0x81, 0xC0 | ((int)to & 7), to);
        Number(number);
    }

    /// <summary>to ← to − 1; sets the zero flag if that is 0.</summary>
    public void Decrement(Register to) => General(0xFF, 0xC8 | ((int)to & 7), to);

    /// <summary>Sets the zero flag if the register is 0.</summary>
    public void Test(Register register) => TwoRegisters(0x85, register, register);

    /// <summary>Jumps back to a position unless the zero flag is set.</summary>
    public void JumpIfNotZero(int position)
    {
        code.AddRange((ReadOnlySpan<byte>)[0x0F, 0x85]);
        Number(position - (Position + 4));
    }

    /// <summary>Jumps forward, if the zero flag is set, to the position where <see cref="Land"/> is called.</summary>
    public int JumpIfZero()
    {
        code.AddRange((ReadOnlySpan<byte>)[0x0F, 0x84]);
        Number(0);
        return Position;
    }

    /// <summary>Makes the current position the target of a forward jump.</summary>
    public void Land(int jump) => BinaryPrimitives.WriteInt32LittleEndian(CollectionsMarshal.AsSpan(code)[(jump - 4)..], Position - jump);

    /// <summary>zmm ← 0</summary>
    public void ClearVector(int to) => Vectors(Map0F, Prefix66, 0xEF, to, to, to);

    /// <summary>zmm ← 64 bytes at [from + offset]</summary>
    public void LoadVector(int to, Register from, int offset) => Vector(Map0F, NoPrefix, 0x10, to, 0, from, null, offset);

    /// <summary>64 bytes at [to + offset] ← zmm</summary>
    public void StoreVector(int from, Register to, int offset) => Vector(Map0F, NoPrefix, 0x11, from, 0, to, null, offset);

    /// <summary>32 bytes at [to + offset] ← lower half of zmm</summary>
    public void StoreHalf(int from, Register to, int offset) => Vector(Map0F, NoPrefix, 0x11, from, 0, to, null, offset, length: 1);

    /// <summary>Each of the 16 lanes ← 4 bytes at [from + index]</summary>
    public void Broadcast(int to, Register from, Register index) => Vector(Map0F38, Prefix66, 0x18, to, 0, from, index, 0);

    /// <summary>Prefetches the 64 bytes around [from + offset], which need not exist.</summary>
    public void Prefetch(Register from, int offset)
    {
        code.Add((byte)(0x40 | ((int)from >> 3)));
        code.AddRange((ReadOnlySpan<byte>)[0x0F, 0x18]);
        Address(1, from, null, offset);
    }

    /// <summary>Float32 lanes: to ← to + 16 numbers at [from + offset]</summary>
    public void AddVector(int to, Register from, int offset) => Vector(Map0F, NoPrefix, 0x58, to, to, from, null, offset);

    /// <summary>Float32 lanes: sum ← sum + a b</summary>
    public void MultiplyAdd(int sum, int a, int b) => Vectors(Map0F38, Prefix66, 0xB8, sum, a, b);

    /// <summary>Float32 lanes of sum, pairs of bfloat16 in a and b: sum ← sum + a₀ b₀ + a₁ b₁</summary>
    public void MultiplyAddPairs(int sum, int a, int b) => Vectors(Map0F38, PrefixF3, 0x52, sum, a, b);

    /// <summary>Lower half of to ← the 16 float32 numbers as bfloat16, rounded to nearest, ties to even.</summary>
    public void ToBFloat16(int to, int from) => Vectors(Map0F38, PrefixF3, 0x72, to, 0, from);

    private void General(int? opcode, int last, Register register)
    {
        code.Add((byte)(0x48 | ((int)register >> 3)));
        if (opcode is { } first)
        {
            code.Add((byte)first);
        }

        code.Add((byte)last);
    }

    private void TwoRegisters(int opcode, Register to, Register other)
    {
        code.Add((byte)(0x48 | ((int)other >> 3 << 2) | ((int)to >> 3)));
        code.Add((byte)opcode);
        code.Add((byte)(0xC0 | (((int)other & 7) << 3) | ((int)to & 7)));
    }

    private void Vectors(int map, int prefix, int opcode, int to, int first, int second)
    {
        Evex(map, prefix, to, first, second >> 4, (second >> 3) & 1, length: 2);
        code.Add((byte)opcode);
        code.Add((byte)(0xC0 | ((to & 7) << 3) | (second & 7)));
    }

    private void Vector(int map, int prefix, int opcode, int to, int first, Register from, Register? index, int offset, int length = 2)
    {
        Evex(map, prefix, to, first, index is { } i ? (int)i >> 3 : 0, (int)from >> 3, length);
        code.Add((byte)opcode);
        Address(to, from, index, offset);
    }

    // The four bytes before a vector instruction; the bits of register numbers are inverted. Length: 1 is 32 bytes, 2 is 64.
    private void Evex(int map, int prefix, int to, int first, int x, int b, int length)
    {
        static int Not(int bit, int place) => (~bit & 1) << place;

        code.Add(0x62);
        code.Add((byte)(Not(to >> 3, 7) | Not(x, 6) | Not(b, 5) | Not(to >> 4, 4) | map));
        code.Add((byte)(((~first & 15) << 3) | 4 | prefix));
        code.Add((byte)((length << 5) | Not(first >> 4, 3)));
    }

    // [from + index + offset] with a 32-bit offset, a form that works for every register (except rsp as the index).
    private void Address(int register, Register from, Register? index, int offset)
    {
        bool extended = index is not null || ((int)from & 7) == (int)Register.Rsp;
        code.Add((byte)(0x80 | ((register & 7) << 3) | (extended ? 4 : (int)from & 7)));
        if (extended)
        {
            code.Add((byte)((((int)(index ?? Register.Rsp) & 7) << 3) | ((int)from & 7)));
        }

        Number(offset);
    }

    private void Number(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        code.AddRange(bytes);
    }
}
