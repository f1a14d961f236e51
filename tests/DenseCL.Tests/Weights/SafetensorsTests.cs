using System.Buffers.Binary;
using System.Text;
using DenseCL.Platform;
using DenseCL.Weights;
using DenseCL.Weights.Formats.Safetensors;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("weights").FullName;

    private string FilePath => Path.Combine(root, "a.safetensors");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Every_type_and_shape_comes_back_as_it_was_written()
    {
        using var scope = NewDisposeScope();
        ScalarType[] types =
        [
            ScalarType.Bool, ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64,
            ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64,
        ];
        long[][] shapes = [[], [0], [3, 0, 2], [1], [5], [2, 3, 4], [1, 1, 1, 1, 7]];
        Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
        foreach (ScalarType type in types)
        {
            foreach (long[] shape in shapes)
            {
                long count = shape.Aggregate(1L, (a, b) => a * b);
                tensors[$"{type}.{string.Join('x', shape)}"] = (arange(count, dtype: ScalarType.Float32) - 2).to(type).reshape(shape);
            }
        }

        SafetensorsWriter.Write(FilePath, tensors);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath, verify: true);
        Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), file.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, Tensor written) in tensors)
        {
            Tensor read = file.Tensor(name);
            Assert.Equal(written.dtype, read.dtype);
            Assert.Equal(written.shape, read.shape);
            Assert.True(written.eq(read).all().item<bool>(), name);
        }
    }

    [Fact]
    public void Values_that_compare_as_unequal_keep_their_bits()
    {
        using var scope = NewDisposeScope();
        float[] values = [float.NaN, -0f, float.Epsilon, float.PositiveInfinity, BitConverter.Int32BitsToSingle(0x7FA12345)];
        SafetensorsWriter.Write(FilePath, [new("x", tensor(values))]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal(
            values.Select(BitConverter.SingleToInt32Bits), file.Tensor("x").data<float>().ToArray().Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void A_view_is_written_as_it_reads()
    {
        using var scope = NewDisposeScope();
        Tensor whole = arange(24, dtype: ScalarType.Float32).reshape(4, 6);
        whole.requires_grad = true;
        SafetensorsWriter.Write(FilePath, [new("transposed", whole.t()), new("step", whole[.., TensorIndex.Slice(1, null, 2)]), new("tail", whole[3]), new("wide", ones(1).expand(3))]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal([6, 4], file["transposed"].Shape);
        Assert.Equal([0, 6, 12, 18, 1, 7], file.Tensor("transposed").data<float>().ToArray()[..6]);
        Assert.Equal([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23], file.Tensor("step").data<float>().ToArray());
        Assert.Equal([18, 19, 20, 21, 22, 23], file.Tensor("tail").data<float>().ToArray());
        Assert.Equal([1, 1, 1], file.Tensor("wide").data<float>().ToArray());
    }

    [Fact]
    public void Notes_come_back_with_the_checksum_added()
    {
        Dictionary<string, string> notes = new(StringComparer.Ordinal) { ["format"] = "pt", ["über"] = "\"quoted\"\n", ["xxh128"] = "old" };
        SafetensorsWriter.Write(FilePath, [], notes);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath, verify: true);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal("\"quoted\"\n", file.Metadata["über"]);

        // The XXH128 of no bytes, from the reference implementation's specification.
        Assert.Equal("99aa06d3014798d86001c324468d497f", file.Metadata["xxh128"]);
        Assert.Equal(3, file.Metadata.Count);
        Assert.Empty(file.Keys);
    }

    [Fact]
    public void The_bytes_follow_the_format()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(FilePath, [new("b", tensor(new byte[] { 7 })), new("f", tensor(new[] { 1f, -2f }))]);
        byte[] bytes = File.ReadAllBytes(FilePath);
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        string header = Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' ');
        Assert.Contains("""
            "f":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}
            """, header, StringComparison.Ordinal);
        Assert.Equal([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 7], bytes[(8 + length)..]);
    }

    [Fact]
    public void A_file_of_another_writer_is_read()
    {
        using var scope = NewDisposeScope();
        byte[] data = [0x00, 0x3C, 0x80, 0xBF, 1, 0, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        File.WriteAllBytes(FilePath, Build("""
            {"i":{"data_offsets":[8,16],"shape":[],"dtype":"I64"},"h":{"dtype":"F16","shape":[1,1],"data_offsets":[0,2]},
            "u":{"dtype":"U16","shape":[1],"data_offsets":[6,8]},"none":{"dtype":"F64","shape":[2,0],"data_offsets":[4,4]},
            "bf":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]},"t":{"dtype":"BOOL","shape":[2],"data_offsets":[4,6]}}
            """ + "   ", data));
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal(["h", "bf", "none", "t", "u", "i"], file.Keys);
        Assert.Empty(file.Metadata);
        Assert.Equal(1f, file.Tensor("h").to(ScalarType.Float32).item<float>());
        Assert.Equal(-1f, file.Tensor("bf").to(ScalarType.Float32).item<float>());
        Assert.Equal([true, false], file.Tensor("t").data<bool>().ToArray());
        Assert.Equal(-2L, file.Tensor("i").item<long>());
        Assert.Equal([2, 0], file.Tensor("none").shape);
        byte[] raw = new byte[2];
        file.ReadInto("u", raw);
        Assert.Equal([0xFF, 0xFF], raw);
        Assert.Contains("U16", Assert.Throws<WeightFileException>(() => file.Tensor("u")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => file.ReadInto("u", new byte[3]));
        Assert.Contains("'missing'", Assert.Throws<WeightFileException>(() => file.Tensor("missing")).Message, StringComparison.Ordinal);
        Assert.Throws<WeightFileException>(() => SafetensorsFile.Open(FilePath, verify: true));
    }

    [Theory]
    [InlineData("", "begin with")]
    [InlineData(" {}", "begin with")]
    [InlineData("[]", "begin with")]
    [InlineData("{", "JSON")]
    [InlineData("{} x", "JSON")]
    [InlineData("""{"a":1}""", "StartObject")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "twice")]
    [InlineData("""{"__metadata__":{"a":"","a":""},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "twice")]
    [InlineData("""{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "String")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":0}}""", "should not")]
    [InlineData("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", "F31")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}""", "lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "more than 2")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}""", "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", "Number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "data_offsets are [8, 0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}""", "too large")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}""", "too large")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "begins at byte 4")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
        "begins at byte 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 bytes follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "truncated")]
    public void A_wrong_header_is_refused_by_name_and_place(string header, string words)
    {
        File.WriteAllBytes(FilePath, Build(header, new byte[8]));
        string message = Assert.Throws<WeightFileException>(() => SafetensorsFile.Open(FilePath)).Message;
        Assert.Contains(FilePath, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_length_beyond_the_file_or_the_limit_allocates_nothing()
    {
        foreach (ulong length in (ulong[])[3, 99_999_999, 100_000_001, int.MaxValue, ulong.MaxValue])
        {
            byte[] bytes = new byte[10];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
            File.WriteAllBytes(FilePath, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<WeightFileException>(() => SafetensorsFile.Open(FilePath));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void Every_truncation_and_every_extension_is_noticed()
    {
        byte[] whole = Sample();
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            Assert.Throws<WeightFileException>(() => SafetensorsFile.Open(FilePath).Dispose());
        }

        File.WriteAllBytes(FilePath, [.. whole, 0]);
        Assert.Throws<WeightFileException>(() => SafetensorsFile.Open(FilePath).Dispose());
    }

    [Fact]
    public void A_flipped_bit_of_the_data_is_found_by_the_checksum_and_only_by_it()
    {
        byte[] bytes = Sample();
        bytes[^1] ^= 0x10;
        File.WriteAllBytes(FilePath, bytes);
        SafetensorsFile.Open(FilePath).Dispose();
        string message = Assert.Throws<WeightFileException>(() => SafetensorsFile.Open(FilePath, verify: true)).Message;
        Assert.Contains("checksum", message, StringComparison.Ordinal);
        using WeightFile damaged = WeightFile.Open(FilePath);
        Assert.Equal(message, Assert.Throws<WeightFileException>(damaged.Verify).Message);
    }

    [Fact]
    public void A_file_without_a_checksum_has_nothing_to_be_verified_by()
    {
        File.WriteAllBytes(FilePath, Build("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", [7]));
        using WeightFile file = WeightFile.Open(FilePath);
        file.Verify();
    }

    [Fact]
    public void A_mutated_file_is_refused_or_has_the_same_data()
    {
        using var scope = NewDisposeScope();
        byte[] whole = Sample(), data = whole[^30..];
        int accepted = 0;
        for (int round = 0; round < 5000; round++)
        {
            CounterRandom random = new(2024, (ulong)round);
            List<byte> bytes = [.. whole];
            for (int change = random.NextInt(4); change >= 0; change--)
            {
                int at = random.NextInt(bytes.Count);
                switch (random.NextInt(4))
                {
                    case 0:
                        bytes[at] ^= (byte)(1 << random.NextInt(8));
                        break;
                    case 1:
                        bytes[at] = (byte)"{}[]\",:0919 \\utf\0ÿ"[random.NextInt(17)];
                        break;
                    case 2:
                        bytes.RemoveRange(at, Math.Min(bytes.Count - at - 1, random.NextInt(9)));
                        break;
                    default:
                        bytes.InsertRange(at, bytes.GetRange(random.NextInt(bytes.Count / 2), random.NextInt(bytes.Count / 2)));
                        break;
                }
            }

            File.WriteAllBytes(FilePath, [.. bytes]);
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(FilePath, verify: true);
                byte[] read = [.. file.Keys.SelectMany(key =>
                {
                    byte[] part = new byte[file[key].Length];
                    file.ReadInto(key, part);
                    return part;
                })];
                Assert.Equal(data, read);
                accepted++;
                foreach (string key in file.Keys)
                {
                    using Tensor tensor = file.Tensor(key);
                    Assert.Equal(file[key].Shape, tensor.shape);
                }
            }
            catch (WeightFileException)
            {
                // Refused, as it should be.
            }
        }

        // Some changes only touch names and notes: that the others were refused shows the loop did look at both.
        Assert.InRange(accepted, 1, 2500);
    }

    [Fact]
    public void A_truth_value_of_two_is_refused()
    {
        File.WriteAllBytes(FilePath, Build("""{"t":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""", [1, 2]));
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Contains("truth value", Assert.Throws<WeightFileException>(() => file.Tensor("t")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_beyond_the_reach_of_an_int_is_described_and_its_neighbour_read()
    {
        // 3 GB that take no room: the file is sparse.
        using var scope = NewDisposeScope();
        byte[] head = Build(
            """{"big":{"dtype":"U8","shape":[3000000000],"data_offsets":[0,3000000000]},"end":{"dtype":"U8","shape":[2],"data_offsets":[3000000000,3000000002]}}""",
            []);
        using (FileStream stream = File.Create(FilePath))
        {
            stream.Write(head);
            stream.Position = head.Length + 3_000_000_000;
            stream.Write([5, 6]);
        }

        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal(3_000_000_000, file["big"].Length);
        Assert.Equal([5, 6], file.Tensor("end").data<byte>().ToArray());
    }

    [Fact]
    public void A_tensor_of_several_windows_comes_back()
    {
        // Above 2²⁴ elements a tensor is read and written in pieces.
        using var scope = NewDisposeScope();
        Tensor large = arange((1 << 24) + 3, dtype: ScalarType.Int32).to(ScalarType.Int8);
        SafetensorsWriter.Write(FilePath, [new("large", large)]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath, verify: true);
        Assert.True(large.eq(file.Tensor("large")).all().item<bool>());
    }

    [Fact]
    public void A_write_that_fails_at_the_end_leaves_no_part_and_the_old_content()
    {
        // The last step, the renaming, cannot succeed where a folder of that name is.
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(FilePath);
        File.WriteAllText(Path.Combine(FilePath, "old"), "old");
        var error = Assert.Throws<WeightFileException>(() => SafetensorsWriter.Write(FilePath, [new("x", ones(3))]));
        Assert.Contains("Nothing was changed", error.Message, StringComparison.Ordinal);
        Assert.Equal(FilePath, Assert.Single(Directory.EnumerateFileSystemEntries(root)));
        Assert.Equal("old", File.ReadAllText(Path.Combine(FilePath, "old")));
    }

    [Fact]
    public void A_write_that_fails_in_the_middle_leaves_no_part_and_the_old_file()
    {
        File.WriteAllText(FilePath, "old");
        Assert.Throws<IOException>(() => AtomicFile.Replace(FilePath, file =>
        {
            file.Write(new byte[1000]);
            throw new IOException("No space left on device");
        }));
        Assert.Equal(FilePath, Assert.Single(Directory.EnumerateFileSystemEntries(root)));
        Assert.Equal("old", File.ReadAllText(FilePath));

        AtomicFile.Replace(FilePath, file => file.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(FilePath));
        Assert.Equal(FilePath, Assert.Single(Directory.EnumerateFileSystemEntries(root)));
    }

    [Fact]
    public void A_missing_folder_is_reported_as_a_failed_write()
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(root, "missing", "a.safetensors");
        var error = Assert.Throws<WeightFileException>(() => SafetensorsWriter.Write(path, [new("x", ones(3))]));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_given_twice_or_reserved_and_types_unknown_to_the_format_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(FilePath, [new("x", ones(1)), new("x", ones(1))]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(FilePath, [new("__metadata__", ones(1))]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(FilePath, [new("x", ones(1, dtype: ScalarType.ComplexFloat32))]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
    }

    /// <summary>Data of 30 bytes: 16 of F32, 8 of I16, 6 of U8.</summary>
    private byte[] Sample()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            FilePath,
            [new("f", arange(4, dtype: ScalarType.Float32)), new("s", ones(2, 2, dtype: ScalarType.Int16)), new("u", ones(6, dtype: ScalarType.Byte))],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["note"] = "some words" });
        return File.ReadAllBytes(FilePath);
    }

    private static byte[] Build(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        return [.. length, .. text, .. data];
    }
}
