using DenseCL.Weights;

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
