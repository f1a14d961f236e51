using DenseCL.Transfer.Segmentation.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Segmentation;

public sealed class EnlargedLogitsTests
{
    [Theory]
    [InlineData(3, 12, 5, 7, 33, 50)]
    [InlineData(2, 2, 1, 1, 4, 4)]
    [InlineData(1, 16, 4, 4, 4, 4)]       // as large as they are
    [InlineData(2, 19, 6, 8, 5, 7)]       // smaller
    [InlineData(2, 171, 3, 5, 24, 40)]
    public void Loss_and_gradient_are_those_of_the_stored_map(int n, int classes, int h, int w, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(7);
        Tensor logits = randn([n, classes, h, w], generator: random) * 6;
        Tensor masks = randint(0, classes, [n, height, width], ScalarType.Int64, generator: random);
        masks[TensorIndex.Ellipsis, TensorIndex.Slice(0, 2)] = 255;
        masks[0, 0, 3] = classes - 1;
        double share = 1.0 / (n * height * width);

        float[] weights = [.. Enumerable.Range(1, classes).Select(label => label / (float)classes)];
        (double expected, Tensor gradient) = SegmentationLoss.ByLibtorch(logits, masks, weights, share);
        (double loss, Tensor actual) = EnlargedLogits.CrossEntropy(logits, masks, weights, share);

        Assert.Equal(expected, loss, 1e-5 * expected);
        double scale = gradient.abs().max().item<float>();
        Assert.InRange((actual - gradient).abs().max().item<float>(), 0, 1e-5 * scale);
    }

    [Fact]
    public void Gradients_are_in_the_type_of_the_logits()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = randn(2, 12, 4, 4).to_type(ScalarType.BFloat16), masks = zeros(2, 9, 9, ScalarType.Int64);

        (double expected, Tensor gradient) = SegmentationLoss.ByLibtorch(logits, masks, Alike(12), 1);
        (double loss, Tensor actual) = EnlargedLogits.CrossEntropy(logits, masks, Alike(12), 1);

        Assert.Equal(ScalarType.BFloat16, actual.dtype);
        Assert.Equal(expected, loss, 1e-5 * expected);
        Assert.InRange(
            (actual - gradient).abs().max().to_type(ScalarType.Float32).item<float>(),
            0,
            0.01 * gradient.abs().max().to_type(ScalarType.Float32).item<float>());
    }

    [Fact]
    public void Logits_as_large_as_a_diverging_network_has_them_give_finite_numbers()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor([3e8f, -3e8f, 0f]).view(1, 3, 1, 1), masks = ones(1, 2, 2, ScalarType.Int64);

        (double loss, Tensor gradient) = EnlargedLogits.CrossEntropy(logits, masks, Alike(3), 0.25);

        Assert.Equal(6e8, loss, 1e2);
        Assert.Equal([1f, -1f, 0f], gradient.view(-1).data<float>().ToArray());
    }

    [Theory]
    [InlineData(12, 9, 12, 36, 48)]
    [InlineData(21, 7, 5, 7, 5)]
    [InlineData(171, 3, 5, 24, 40)]
    public void Classes_are_those_of_the_stored_map(int classes, int h, int w, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(8);
        Tensor logits = randn([1, classes, h, w], generator: random);

        long[] expected = SegmentationLoss.Enlarge(logits, height, width).argmax(1).data<long>().ToArray();

        Assert.Equal(expected, EnlargedLogits.Largest(logits, height, width).Select(found => (long)found));
    }

    [Fact]
    public void Of_equal_classes_the_first_is_taken()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = zeros(1, 40, 2, 2);
        logits[0, 17] = 1;
        logits[0, 33] = 1;

        Assert.All(EnlargedLogits.Largest(logits, 5, 3), found => Assert.Equal(17, found));
    }

    private static float[] Alike(int classes) => [.. Enumerable.Repeat(1f, classes)];
}
