using DenseCL.Weights;
using DenseCL.Weights.Formats;

namespace DenseCL.Tests.Weights;

public sealed class GoldenWeightsTests
{
    public static TheoryData<string> Names => [.. GoldenWeights.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_of_PyTorch_or_numpy_is_read_to_the_last_bit(string name)
    {
        using WeightFile file = WeightFile.Open(GoldenWeights.PathOf(name));
        Assert.Equal(name.EndsWith(".pkl", StringComparison.Ordinal) ? WeightFormat.Detectron2 : WeightFormat.PyTorch, file.Format);
        GoldenWeights.AssertEqual(name, file);
    }
}
