using DenseCL.Weights;
using DenseCL.Weights.Formats.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

public sealed class ReaderMutationTests
{
    [Theory]
    [InlineData(".zip")]
    [InlineData(".legacy")]
    [InlineData(".pkl")]
    [InlineData("-")]
    [InlineData("packed")]
    public void A_mutated_file_is_refused_or_read(string kind)
    {
        byte[][] files = [.. GoldenWeights.Names.Where(n => n.Contains(kind, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(GoldenWeights.Bytes)];
        Assert.NotEmpty(files);
        using Mutation mutation = new(2026);
        mutation.Run(files, 5000, WeightFile.Open);

        // Both ends are reached: damage is found, and some damages are none.
        Assert.True(mutation.Counts is { Read: > 50, Refused: > 500 }, $"{mutation.Counts}");
    }

    [Fact]
    public void A_mutated_safetensors_file_is_refused_or_read()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(folder["few"], new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["a.weight"] = ones(2, 3), ["a.bias"] = zeros(3, ScalarType.Int64), ["b"] = ones(5, ScalarType.Bool) });
        SafetensorsWriter.Write(folder["notes"], new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["scalar"] = tensor(1.5), ["none"] = ones(0, 4) }, new Dictionary<string, string>(StringComparer.Ordinal) { ["mean"] = "0.5" });
        using Mutation mutation = new(2026);
        mutation.Run([File.ReadAllBytes(folder["few"]), File.ReadAllBytes(folder["notes"])], 5000, path => SafetensorsFile.Open(path));
        Assert.True(mutation.Counts is { Read: > 50, Refused: > 500 }, $"{mutation.Counts}");
    }

    [Theory]
    [MemberData(nameof(GoldenWeightsTests.Names), MemberType = typeof(GoldenWeightsTests))]
    public void Every_truncation_is_refused(string name)
    {
        using TemporaryFolder folder = new();
        byte[] whole = GoldenWeights.Bytes(name);
        string path = folder["cut"];
        File.WriteAllBytes(path, whole);
        for (int length = whole.Length - 1; length >= 0; length--)
        {
            using (FileStream stream = new(path, FileMode.Open))
            {
                stream.SetLength(length);
            }

            Assert.Throws<WeightFileException>(() => WeightFile.Open(path).Dispose());
        }
    }
}
