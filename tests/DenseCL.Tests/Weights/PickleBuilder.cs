using System.Buffers.Binary;
using System.Text;

namespace DenseCL.Tests.Weights;

/// <summary>Writes pickles by hand, whatever they say.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> bytes = [0x80, 2];

    public byte[] Bytes => [.. bytes, (byte)'.'];

    public PickleBuilder Add(params ReadOnlySpan<byte> more)
    {
        bytes.AddRange(more);
        return this;
    }

    public PickleBuilder Add(string latin1) => Add(Encoding.Latin1.GetBytes(latin1));

    public PickleBuilder Repeat(int count, params ReadOnlySpan<byte> more)
    {
        for (int i = 0; i < count; i++)
        {
            bytes.AddRange(more);
        }

        return this;
    }

    public PickleBuilder Global(string module, string name) => Add($"c{module}\n{name}\n");

    public PickleBuilder Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return Add("X").Length32(utf8.Length).Add(utf8);
    }

    /// <summary>A whole number of 8 bytes.</summary>
    public PickleBuilder Long(long value) => Add(0x8A, 8).Length64(value);

    /// <summary>A tuple of whole numbers.</summary>
    public PickleBuilder Longs(params ReadOnlySpan<long> values)
    {
        Add("(");
        foreach (long value in values)
        {
            Long(value);
        }

        return Add("t");
    }

    public PickleBuilder Length32(int length)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(four, length);
        return Add(four);
    }

    public PickleBuilder Length64(long length)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(eight, length);
        return Add(eight);
    }

    /// <summary>A tensor of the storage "0".</summary>
    public PickleBuilder Tensor(string storage, long count, long offset, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides) =>
        Global("torch._utils", "_rebuild_tensor_v2")
            .Add("(")
            .Storage(storage, count)
            .Long(offset)
            .Longs(shape)
            .Longs(strides)
            .Add([0x89])
            .Global("collections", "OrderedDict")
            .Add(")RtR");

    public PickleBuilder Storage(string type, long count)
        => Add("(").Text("storage").Global("torch", type).Text("0").Text("cpu").Long(count).Add("tQ");

    /// <summary>A numpy array.</summary>
    public PickleBuilder Array(string code, ReadOnlySpan<long> shape, ReadOnlySpan<byte> data) =>
        Global("numpy.core.multiarray", "_reconstruct")
            .Global("numpy", "ndarray")
            .Add("K\0\u0085U\u0001b\u0087R")
            .Add("(K\u0001")
            .Longs(shape)
            .Global("numpy", "dtype")
            .Text(code)
            .Add("K\0K\u0001\u0087R(K\u0003U\u0001<NNNJ\u00ff\u00ff\u00ff\u00ffJ\u00ff\u00ff\u00ff\u00ffK\0tb")
            .Add(0x89)
            .Add("B")
            .Length32(data.Length)
            .Add(data)
            .Add("tb");
}
