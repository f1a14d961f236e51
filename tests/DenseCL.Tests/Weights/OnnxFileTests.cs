using DenseCL.Weights;
using DenseCL.Weights.Formats.Onnx;
using DenseCL.Weights.Tensors;
using Google.Protobuf;
using Onnx;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

/// <summary>ONNX files of other writers, and of nobody in his right mind.</summary>
public sealed class OnnxFileTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("onnx").FullName;

    private string FilePath => Path.Combine(root, "a.onnx");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Every_field_of_numbers_is_read()
    {
        using var scope = NewDisposeScope();
        using OnnxFile file = Open(Model(
            new TensorProto { Name = "f", DataType = (int)DataType.Float, Dims = { 3 }, FloatData = { 1.5f, float.NaN, -0f } },
            new TensorProto { Name = "d", DataType = (int)DataType.Double, Dims = { 1, 2 }, DoubleData = { double.MaxValue, -1 } },
            new TensorProto { Name = "half", DataType = (int)DataType.Float16, Dims = { 2 }, Int32Data = { 0x3C00, 0xBC00 } },
            new TensorProto { Name = "bf", DataType = (int)DataType.Bfloat16, Dims = { 2 }, Int32Data = { 0x3F80, 0xBF80 } },
            new TensorProto { Name = "i8", DataType = (int)DataType.Int8, Dims = { 2 }, Int32Data = { -128, 127 } },
            new TensorProto { Name = "i16", DataType = (int)DataType.Int16, Dims = { 2 }, Int32Data = { -32768, 5 } },
            new TensorProto { Name = "i32", DataType = (int)DataType.Int32, Dims = { 2 }, Int32Data = { int.MinValue, int.MaxValue } },
            new TensorProto { Name = "i64", DataType = (int)DataType.Int64, Dims = { 2 }, Int64Data = { long.MinValue, 7 } },
            new TensorProto { Name = "u8", DataType = (int)DataType.Uint8, Dims = { 2 }, Int32Data = { 0, 255 } },
            new TensorProto { Name = "bool", DataType = (int)DataType.Bool, Dims = { 2 }, Int32Data = { 1, 0 } },
            new TensorProto { Name = "u64", DataType = (int)DataType.Uint64, Dims = { 1 }, Uint64Data = { ulong.MaxValue } },
            new TensorProto { Name = "scalar", DataType = (int)DataType.Int64, Int64Data = { -2 } },
            new TensorProto { Name = "none", DataType = (int)DataType.Float, Dims = { 2, 0 } },
            new TensorProto { Name = "raw", DataType = (int)DataType.Int16, Dims = { 2 }, RawData = ByteString.CopyFrom(1, 0, 0xFF, 0xFF) }));
        Assert.Equal(["f", "d", "half", "bf", "i8", "i16", "i32", "i64", "u8", "bool", "u64", "scalar", "none", "raw"], file.Keys);
        Assert.Equal([1.5f, float.NaN, -0f], file.Tensor("f").data<float>().ToArray());
        Assert.Equal([double.MaxValue, -1], file.Tensor("d").data<double>().ToArray());
        Assert.Equal([1, 2], file.Tensor("d").shape);
        Assert.Equal([1, -1], file.Tensor("half").to(ScalarType.Float32).data<float>().ToArray());
        Assert.Equal([1, -1], file.Tensor("bf").to(ScalarType.Float32).data<float>().ToArray());
        Assert.Equal([-128, 127], file.Tensor("i8").data<sbyte>().ToArray());
        Assert.Equal([-32768, 5], file.Tensor("i16").data<short>().ToArray());
        Assert.Equal([int.MinValue, int.MaxValue], file.Tensor("i32").data<int>().ToArray());
        Assert.Equal([long.MinValue, 7], file.Tensor("i64").data<long>().ToArray());
        Assert.Equal([0, 255], file.Tensor("u8").data<byte>().ToArray());
        Assert.Equal([true, false], file.Tensor("bool").data<bool>().ToArray());
        Assert.Equal(WeightType.U64, file["u64"].Type);
        Assert.Contains("U64", Assert.Throws<WeightFileException>(() => file.Tensor("u64")).Message, StringComparison.Ordinal);
        Assert.Equal(-2L, file.Tensor("scalar").item<long>());
        Assert.Equal([2, 0], file.Tensor("none").shape);
        Assert.Equal([1, -1], file.Tensor("raw").data<short>().ToArray());
        Assert.Equal("a writer", file.Metadata["producer_name"]);
        Assert.Equal("value", file.Metadata["key"]);
        Assert.Contains("'missing'", Assert.Throws<WeightFileException>(() => file.Tensor("missing")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_the_onnx_package_is_read()
    {
        const string Script = """
            import sys
            try:
                import numpy, onnx
                from onnx import helper, numpy_helper, TensorProto as T
            except ImportError:
                print("missing"); sys.exit()
            tensors = [helper.make_tensor(f"typed{t}", t, [3], [0, 1, 1]) for t in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16)]
            tensors += [numpy_helper.from_array(numpy.arange(6, dtype=d).reshape(2, 3), d) for d in ("float32", "float16", "float64", "int8", "int64")]
            graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g",
                [helper.make_tensor_value_info("x", 1, [1])], [helper.make_tensor_value_info("y", 1, [1])], tensors)
            onnx.save(helper.make_model(graph, producer_name="python"), sys.argv[1])
            """;
        (string output, string error) = OtherProgram.Run("/usr/bin/python3", "-c", Script, FilePath);
        Assert.SkipWhen(output.StartsWith("missing", StringComparison.Ordinal), "Python has no module onnx here.");
        Assert.Equal("", error);
        using var scope = NewDisposeScope();
        Assert.True(OnnxSignature.Matches(File.ReadAllBytes(FilePath).AsSpan(0, 64)));
        using OnnxFile file = OnnxFile.Open(new WeightBytes(FilePath));
        Assert.Equal(18, file.Keys.Count);
        foreach (string key in file.Keys.Where(key => file[key].Type is not (WeightType.U16 or WeightType.U32 or WeightType.U64)))
        {
            double[] expected = key.StartsWith("typed", StringComparison.Ordinal) ? [0, 1, 1] : [0, 1, 2, 3, 4, 5];
            Assert.Equal(expected, file.Tensor(key).to(ScalarType.Float64).data<double>().ToArray());
        }
    }

    [Fact]
    public void Lists_in_pieces_numbers_one_by_one_and_graphs_in_two_parts_belong_together()
    {
        using var scope = NewDisposeScope();
        byte[] tensor = [.. Field(8, "a"u8), 0x10, 7, 0x08, 2, .. Field(7, 5, 6), 0x08, 2, 0x38, 7, 0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, .. Field(7), .. Field(7, 8)];
        using OnnxFile file = Open([0x08, 8, .. Field(7, Field(5, tensor)), .. Field(7, Field(5, [.. Field(8, "b"u8), 0x10, 2, .. Field(9, 1)]))]);
        Assert.Equal(["a", "b"], file.Keys);
        Assert.Equal([2, 2], file["a"].Shape);
        Assert.Equal([5, 6, 7, 8], file.Tensor("a").data<long>().ToArray());
        Assert.Equal(1, file.Tensor("b").item<byte>());
    }

    public static TheoryData<string, byte[]> WrongTensors() => new()
    {
        { "no name", [0x10, 1, .. Field(10)] },
        { "no name", [.. Field(8), 0x10, 1] },
        { "'x': its element type is 0 (UNDEFINED)", Field(8, "x"u8) },
        { "(STRING)", [.. Field(8, "x"u8), 0x10, 8, .. Field(6, 1)] },
        { "type is 17", [.. Field(8, "x"u8), 0x10, 17] },
        { "type is 18446744073709551615", [.. Field(8, "x"u8), 0x10, .. Varint(ulong.MaxValue)] },
        { "side -1", [.. Field(8, "x"u8), 0x10, 1, 0x08, .. Varint(ulong.MaxValue)] },
        { "too large", [.. Field(8, "x"u8), 0x10, 1, .. Field(1, [.. Varint(1UL << 62), .. Varint(1UL << 62)])] },
        { "too large", [.. Field(8, "x"u8), 0x10, 1, .. Field(1, [0, .. Varint(1UL << 62), .. Varint(1UL << 62)])] },
        { "64 sides", [.. Field(8, "x"u8), 0x10, 1, .. Field(1, new byte[65])] },
        { "1099511627776 bytes by its shape", [.. Field(8, "x"u8), 0x10, 1, 0x08, .. Varint(1UL << 38), .. Field(9, 1, 2, 3, 4)] },
        { "has 3", [.. Field(8, "x"u8), 0x10, 1, .. Field(9, 1, 2, 3)] },
        { "1099511627776 elements by its shape", [.. Field(8, "x"u8), 0x10, 1, 0x08, .. Varint(1UL << 40), .. Field(4, 1, 2, 3, 4)] },
        { "1 elements by its shape [], and 0", [.. Field(8, "x"u8), 0x10, 1] },
        { "element 1 is beyond", [.. Field(8, "x"u8), 0x10, 1, .. Field(4, 1, 2, 3, 4, 5, 6, 7, 8)] },
        { "element 0 is beyond", [.. Field(8, "x"u8), 0x10, 2, .. Field(5, Varint(256))] },
        { "element 0 is beyond", [.. Field(8, "x"u8), 0x10, 10, .. Field(5, Varint(ulong.MaxValue))] },
        { "cut off", [.. Field(8, "x"u8), 0x10, 1, .. Field(4, 1, 2, 3)] },
        { "fields 4 and 5", [.. Field(8, "x"u8), 0x10, 1, .. Field(4, 1, 2, 3, 4), .. Field(5, 1)] },
        { "in field 5", [.. Field(8, "x"u8), 0x10, 1, .. Field(5, 1)] },
        { "fields 9 and 4", [.. Field(8, "x"u8), 0x10, 1, .. Field(9, 1, 2, 3, 4), .. Field(4, 1, 2, 3, 4)] },
        { "field 9 comes twice", [.. Field(8, "x"u8), 0x10, 1, .. Field(9, 1, 2, 3, 4), .. Field(9, 1, 2, 3, 4)] },
        { "field 8 comes twice", [.. Field(8, "x"u8), .. Field(8, "y"u8), 0x10, 1, .. Field(9, 1, 2, 3, 4)] },
        { "external data", [.. Field(8, "x"u8), 0x10, 1, .. Field(13, 1)] },
        { "external data", [.. Field(8, "x"u8), 0x10, 1, 0x70, 1] },
        { "segment", [.. Field(8, "x"u8), 0x10, 1, .. Field(3)] },
        { "not UTF-8", Field(8, 0xFF) },
        { "wire type Fixed32", [.. Field(8, "x"u8), 0x10, 7, 0x3D, 1, 2, 3, 4] },
        { "wire type 3", [.. Field(8, "x"u8), 0x10, 1, 0x0B] },
    };

    [Theory]
    [MemberData(nameof(WrongTensors))]
    public void A_wrong_tensor_is_refused_by_name_and_reason(string words, byte[] tensor) =>
        AssertRefused(words, [0x08, 8, .. Field(7, Field(5, tensor))]);

    public static TheoryData<string, byte[]> WrongModels() =>
        new()
        {
            { "no graph", [] },
            { "no graph", [0x08, 8] },
            { "cut off", [0x08] },
            { "number is 0", [0x08, 8, 0x00] },
            { "number is 1 and its wire type 3", [0x0B, 0x0B, 0x0B, 0x0B, 0x0C] },
            { "wire type 7", [0x0F] },
            { "more than 64 bits", [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
            { "more than 64 bits", [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02] },
            { "given as 18446744073709551615", [0x3A, .. Varint(ulong.MaxValue)] },
            { "given as 2147483647", [0x3A, .. Varint(int.MaxValue)] },
            { "given as 5, of which 1", Field(7, 0x2A, 5, 8) },
            { "sparse", Field(7, Field(15, 1)) },
            {
                "'x': the name comes twice",
                Field(
                    7,
                    [.. Field(5, [.. Field(8, "x"u8), 0x10, 2, .. Field(9, 1)]), .. Field(5, [.. Field(8, "x"u8), 0x10, 2, .. Field(9, 1)])]
                )
            },
            { "note 'k' comes twice", [.. Field(14, Field(1, "k"u8)), .. Field(14, Field(1, "k"u8)), .. Field(7)] },
            { "note '' comes twice", [.. Field(14), .. Field(14), .. Field(7)] },
        };

    [Theory]
    [MemberData(nameof(WrongModels))]
    public void A_wrong_model_is_refused(string words, byte[] model) => AssertRefused(words, model);

    [Fact]
    public void Lengths_names_and_notes_without_measure_take_no_memory()
    {
        // Gigabytes that take no room on the disk: the files are sparse.
        foreach ((byte[] head, long length) in ((byte[], long)[])
        [
            ([0x08, 8, 0x3A, .. Varint(2_000_000_000), 0x2A, .. Varint(1_999_999_994), 0x42, .. Varint(1_999_999_988)], 2_000_000_008),
            ([0x08, 8, 0x12, .. Varint(2_000_000_000)], 2_000_000_008),
            ([0x08, 8, 0x72, .. Varint(2_000_000_000), 0x0A, .. Varint(1_999_999_994)], 2_000_000_008),
            ([0x08, 8], 2_200_000_000),
        ])
        {
            using (FileStream stream = File.Create(FilePath))
            {
                stream.Write(head);
                stream.SetLength(length);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<WeightFileException>(() => OnnxFile.Open(new WeightBytes(FilePath)));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void Names_of_all_notes_together_are_limited()
    {
        byte[] note = Field(14, Field(2, new byte[10_000_000]));
        byte[] other = Field(14, [.. Field(1, "k"u8), .. Field(2, new byte[10_000_000])]);
        AssertRefused("were still allowed", [.. note, .. other, .. Field(7)]);
    }

    [Fact]
    public void A_tensor_in_a_large_file_is_read_alone()
    {
        using var scope = NewDisposeScope();
        using (FileStream stream = File.Create(FilePath))
        {
            byte[] end = [.. Field(8, "end"u8), 0x10, 2, .. Field(9, 5)];
            byte[] big = [.. Field(8, "big"u8), 0x10, 2, 0x08, .. Varint(1_500_000_000), 0x4A, .. Varint(1_500_000_000)];
            byte[] bigHead = [0x2A, .. Varint((ulong)big.Length + 1_500_000_000), .. big];
            byte[] last = Field(5, end);
            stream.Write([0x08, 8, 0x3A, .. Varint((ulong)bigHead.Length + 1_500_000_000 + (ulong)last.Length), .. bigHead]);
            stream.Position += 1_500_000_000;
            stream.Write(last);
        }

        using OnnxFile file = OnnxFile.Open(new WeightBytes(FilePath));
        Assert.Equal(1_500_000_000, file["big"].Length);
        Assert.Equal(5, file.Tensor("end").item<byte>());
    }

    [Fact]
    public void Every_truncation_and_a_zero_behind_are_noticed()
    {
        byte[] whole = Sample();
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<WeightFileException>(() => Open(whole[..length]).Dispose());
        }

        Assert.Throws<WeightFileException>(() => Open([.. whole, 0]).Dispose());
    }

    [Fact]
    public void A_mutated_model_is_refused_or_read()
    {
        using Mutation mutation = new(2025);
        byte[] typed = Model(
            new TensorProto { Name = "typed", DataType = (int)DataType.Int32, Dims = { 2, 2 }, Int32Data = { 1, 2, 3, -4 } },
            new TensorProto { Name = "floats", DataType = (int)DataType.Float, Dims = { 2 }, FloatData = { 1, 2 } });
        mutation.Run([Sample(), typed], 5000, path => OnnxFile.Open(new WeightBytes(path)));

        // Most bytes of the sample are lengths and numbers; changes of data and names alone are accepted.
        Assert.True(mutation.Counts is { Read: > 100, Refused: > 500 }, $"{mutation.Counts}");
    }

    [Fact]
    public void A_file_that_shrinks_after_it_was_opened_is_reported()
    {
        using OnnxFile file = Open(Sample());
        using (FileStream stream = new(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.SetLength(20);
        }

        Assert.Throws<WeightFileException>(() => file.Tensor("w"));
    }

    [Fact]
    public void Onnx_is_known_by_its_first_bytes_and_nothing_else_is_taken_for_it()
    {
        Assert.True(OnnxSignature.Matches(Model()));
        Assert.True(OnnxSignature.Matches(Sample().AsSpan(0, 64)));

        // PyTorch's exporter: ir_version, producer_name "pytorch", producer_version, graph cut off by the window.
        Assert.True(
            OnnxSignature.Matches([0x08, 6, .. Field(2, "pytorch"u8), .. Field(3, "1.9"u8), 0x3A, 0xE0, 0x88, 0x92, 0x30, 0x0A, 0x7E]));
        Assert.True(OnnxSignature.Matches([0x08, 8, 0x3A, 0xE0, 0x88, 0x92, 0x30, 0x0A, 0x7E, 0x0A]));

        byte[][] others =
        [
            [],
            [0x08],
            [0x08, 8],
            [0x08, 0, 0x12, 0],
            [0x50, 0x4B, 3, 4, 0, 0, 8, 8],
            [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8],
            [0x80, 4, 0x95, 0x08, 0, 0, 0],
            [.. "(dp0\nS'a'"u8],
            [8, 4, 0, 0, 0, 0, 0, 0, .. "{\"a\":"u8],
            [8, 7, 0x12, 0, 0, 0, 0, 0, .. "{\"a\":"u8],
            [8, 7, 0x12, 1, 0, 0, 0, 0, .. "{\"a\":"u8],
            [8, 7, 0x12, 5, 0, 0, 0, 0, .. "{\"a\":"u8],
            [8, 7, 0x3A, 5, 0, 0, 0, 0, .. "{\"a\":"u8],
            [8, 7, 0x3A, 0, 0, 0, 0, 0, .. "{\"a\":"u8],

            // TensorFlow's SavedModel: its version and a meta graph as field 2.
            [0x08, 1, .. Field(2, [.. Field(1, [.. Field(1), .. Field(2)])])],
        ];
        foreach (byte[] other in others)
        {
            Assert.False(OnnxSignature.Matches(other), Convert.ToHexString(other));
        }
    }

    private void AssertRefused(string words, byte[] model)
    {
        string message = Assert.Throws<WeightFileException>(() => Open(model)).Message;
        Assert.Contains(FilePath, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    private OnnxFile Open(byte[] model)
    {
        File.WriteAllBytes(FilePath, model);
        return OnnxFile.Open(new WeightBytes(FilePath));
    }

    /// <summary>A model of our own writer, the graph at the end.</summary>
    private byte[] Sample()
    {
        using var scope = NewDisposeScope();
        ModelProto model = new() { IrVersion = 7, ProducerName = "sample" };
        model.MetadataProps.Add(new StringStringEntryProto { Key = "note", Value = "some words" });
        GraphProto graph = new() { Name = "g" };
        graph.Node.Add(new NodeProto { OpType = "Add", Input = { "w", "v" }, Output = { "y" } });
        OnnxWriter.Write(FilePath, model, graph, new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["w"] = arange(6).reshape(2, 3), ["v"] = ones(3) });
        return File.ReadAllBytes(FilePath);
    }

    private static byte[] Model(params TensorProto[] tensors) => new ModelProto
    {
        IrVersion = 8,
        ProducerName = "a writer",
        Graph = new GraphProto { Name = "g", Initializer = { tensors } },
        MetadataProps = { new StringStringEntryProto { Key = "key", Value = "value" } },
    }.ToByteArray();

    /// <summary>A field of bytes.</summary>
    private static byte[] Field(int number, params ReadOnlySpan<byte> content) =>
        [.. Varint(((ulong)number << 3) | 2), .. Varint((ulong)content.Length), .. content];

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
