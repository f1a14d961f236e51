using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using DenseCL.Weights;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.Safetensors;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

/// <summary>Files of torch.save whose tensors or zip entries are not where they say.</summary>
public sealed class HostileTensorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<long, long, long[], long[], string> Wrong => new()
    {
        { 10, 0, [11], [1], "takes bytes" },
        { 10, 1, [10], [1], "takes bytes" },
        { 10, 0, [2], [10], "takes bytes" },
        { 10, 0, [4, 4], [3, 1], "takes bytes" },
        { 10, 10, [], [], "takes bytes" },
        { 10, -1, [1], [1], "takes bytes" },
        { 10, long.MaxValue, [1], [1], "takes bytes" },
        { 10, 0, [2], [long.MaxValue], "takes bytes" },
        { 10, 0, [2, 2], [long.MaxValue, long.MaxValue], "takes bytes" },
        { 10, 0, [2], [-1], "negative" },
        { 10, 9, [2], [-1], "negative" },
        { 10, 0, [-2], [1], "negative" },
        { 10, 0, [1L << 62], [1], "too large" },
        { 10, 0, [1L << 32, 1L << 32], [0, 0], "too large" },
        { 10, 0, [1L << 62, 2, 2], [0, 0, 0], "too large" },
        { 10, 0, [0, long.MaxValue], [1, 1], "too large" },
        { 10, 0, [2, 2], [1], "strides" },
        { 10, 0, [], [1], "strides" },
        { 11, 0, [1], [1], "instead of 44" },
        { -1, 0, [1], [1], "storage" },
        { long.MaxValue, 0, [1], [1], "storage" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_tensor_outside_of_its_storage_is_refused(long count, long offset, long[] shape, long[] strides, string message) =>
        Refused(
            TorchZipBuilder.Build(new PickleBuilder().Tensor("FloatStorage", count, offset, shape, strides).Bytes, new byte[40]),
            message);

    [Fact]
    public void A_number_repeated_beyond_memory_is_refused_when_it_is_asked_for()
    {
        // One element, expanded to a terabyte: legal in PyTorch, which never writes it out.
        byte[] pickle = new PickleBuilder().Add("}").Text("huge").Tensor("FloatStorage", 10, 0, [1L << 38], [0]).Add("s")
            .Text("small").Tensor("FloatStorage", 10, 0, [1000, 1000], [0, 0]).Add("s").Bytes;
        using WeightFile file = WeightFile.Open(Write(TorchZipBuilder.Build(pickle, new byte[40])));
        Assert.Equal(["small"], file.Keys);
        using Tensor small = file.Tensor("small");
        Assert.Equal([1000, 1000], small.shape);
        Assert.Contains("contiguous()", Assert.Throws<WeightFileException>(() => file.Tensor("huge")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truth_value_of_two_is_refused()
    {
        using WeightFile file = WeightFile.Open(
            Write(TorchZipBuilder.Build(new PickleBuilder().Tensor("BoolStorage", 2, 0, [2], [1]).Bytes, [1, 2])));
        Assert.Contains("truth value", Assert.Throws<WeightFileException>(() => file.Tensor("tensor")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_storage_under_two_types_is_refused()
        => Refused(
            TorchZipBuilder.Build(
                new PickleBuilder()
                    .Add("]")
                    .Tensor("FloatStorage", 2, 0, [2], [1])
                    .Add("a")
                    .Tensor("DoubleStorage", 1, 0, [1], [1])
                    .Add("a")
                    .Bytes,
                new byte[8]),
            "two types");

    [Fact]
    public void Only_the_byte_orders_that_exist_are_read() =>
        Refused(
            TorchZipBuilder.Zip([("a/data.pkl", new PickleBuilder().Add("}").Bytes), ("a/byteorder", "middle"u8.ToArray())]),
            "'middle'");

    [Fact]
    public void Zips_of_other_kinds_are_refused_by_what_they_are()
    {
        byte[] pickle = new PickleBuilder().Add("}").Bytes;
        Refused(TorchZipBuilder.Build(pickle, [], ("archive/code/__torch__.py", [1])), "TorchScript");
        Refused(TorchZipBuilder.Build(pickle, [], ("archive/constants.pkl", [1])), "TorchScript");
        Refused(TorchZipBuilder.Zip([("word/document.xml", [1])]), "'word/document.xml'");
        Refused(TorchZipBuilder.Zip([]), "without data.pkl");
        Refused(TorchZipBuilder.Zip([("a/data.pkl", pickle), ("b/data.pkl", pickle)]), "two folders");
        Refused(TorchZipBuilder.Zip([("a/data.pkl", pickle), ("a/data.pkl", pickle)]), "two entries");
    }

    [Fact]
    public void An_entry_that_lies_about_itself_is_refused()
    {
        byte[] whole = TorchZipBuilder.Build(new PickleBuilder().Tensor("FloatStorage", 10, 0, [10], [1]).Bytes, new byte[40]);
        int entry = Find(whole, "PK\u0001\u0002", after: Find(whole, "PK\u0001\u0002", after: Find(whole, "PK\u0001\u0002", 0) + 1) + 1);
        int end = Find(whole, "PK\u0005\u0006", 0);

        // Sizes (packed, unpacked), the place of the local head, the method, the encryption.
        foreach (uint number in (uint[])[0, 1, 41, 1000, int.MaxValue, uint.MaxValue])
        {
            Refused(Changed(whole, entry + 20, number), "");
            Refused(Changed(whole, entry + 24, number), "");
            Refused(Changed(whole, entry + 42, number), "");
            Refused(Changed(whole, end + 12, number), "");
            Refused(Changed(whole, end + 16, number), "");
        }

        Refused(Changed(whole, entry + 8, 1), "encrypted");
        Refused(Changed(whole, entry + 10, 12), "method 12");
        Refused(Changed(whole, end + 8, 0xFFFF_FFFF), "directory");
        Refused(whole[..^1], "");
        Refused([.. whole, 0], "");
    }

    [Fact]
    public void A_compressed_entry_that_claims_more_than_it_holds_is_given_no_memory()
    {
        byte[] pickle = new PickleBuilder().Tensor("ByteStorage", 1 << 20, 0, [1 << 20], [1]).Bytes;
        byte[] whole = TorchZipBuilder.Zip([("a/data/0", new byte[1 << 20]), ("a/data.pkl", pickle)], CompressionLevel.SmallestSize);
        using (WeightFile file = WeightFile.Open(Write(whole)))
        using (Tensor tensor = file.Tensor("tensor"))
        {
            Assert.Equal(1 << 20, tensor.numel());
        }

        int entry = Find(whole, "PK\u0001\u0002", 0);
        foreach (uint length in (uint[])[(1 << 20) - 1, (1 << 20) + 1, 1 << 28, (1 << 28) + 1, uint.MaxValue])
        {
            byte[] lying = Changed(whole, entry + 24, length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<WeightFileException>(() =>
            {
                using WeightFile file = WeightFile.Open(Write(lying));
                file.Tensor("tensor").Dispose();
            });
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 23);
        }
    }

    [Fact]
    public void A_storage_whose_count_differs_from_the_pickle_is_refused()
    {
        byte[] whole = GoldenWeights.Bytes("bare.legacy.pth");
        Refused(Changed(whole, whole.Length - 16 - 8, 5), "begins with the count 5");
        Refused(whole[..^1], "truncated");
    }

    [Fact]
    public void A_file_of_no_format_is_refused_with_what_to_do()
    {
        Refused([], "is empty");
        Refused("PNG or whatever"u8.ToArray(), "504E47");
        Refused([0x80], "80");
        Refused([0x80, 2], "truncated");
        byte[] tar = new byte[1024];
        Encoding.ASCII.GetBytes("storages").CopyTo(tar, 0);
        Encoding.ASCII.GetBytes("ustar").CopyTo(tar, 257);
        Refused(tar, "tar archive");
        Assert.Contains(
            "is a folder",
            Assert.Throws<WeightFileException>(() => WeightFile.Open(folder.Path)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no such file",
            Assert.Throws<WeightFileException>(() => WeightFile.Open(folder["none"])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no such file",
            Assert.Throws<WeightFileException>(() => WeightFile.Open(folder["none", "none"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_safetensors_file_is_opened_by_its_content()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder["a.pth"], [new("x", ones(2))]);
        using WeightFile file = WeightFile.Open(folder["a.pth"]);
        Assert.Equal(WeightFormat.Safetensors, file.Format);
        Assert.Equal(2, file.Tensor("x").numel());
    }

    private string Write(byte[] bytes)
    {
        File.WriteAllBytes(folder["hostile"], bytes);
        return folder["hostile"];
    }

    private void Refused(byte[] bytes, string message)
    {
        string path = Write(bytes);
        string found = Assert.Throws<WeightFileException>(() => WeightFile.Open(path).Dispose()).Message;
        Assert.StartsWith(path + ": ", found, StringComparison.Ordinal);
        Assert.Contains(message, found, StringComparison.Ordinal);
    }

    private static int Find(byte[] bytes, string what, int after)
        => after + bytes.AsSpan(after).IndexOf(Encoding.Latin1.GetBytes(what));

    private static byte[] Changed(byte[] bytes, int at, uint number)
    {
        byte[] changed = [.. bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(at), number);
        return changed;
    }
}
