using System.Text.Json;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Segmentation.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Segmentation;

public sealed class SegmentationMeasureTests
{
    [Fact]
    public void All_measures_are_those_of_scikit_learn()
    {
        JsonElement golden = GoldenSegmentation.Of("measures");
        ConfusionMatrix confusion = new(golden.GetProperty("classes").GetInt32());
        confusion.Add(golden.Integers("truth"), golden.Integers("prediction"));
        int truth = 0;
        foreach (JsonElement row in golden.GetProperty("confusion").EnumerateArray())
        {
            Assert.Equal(
                row.EnumerateArray().Select(e => e.GetInt64()),
                Enumerable.Range(0, 6).Select(predicted => confusion[truth, predicted]));
            truth++;
        }

        double[] iou = golden.Numbers("iou");
        Assert.Equal([.. iou, double.NaN], confusion.PerClassIoU);
        Assert.Equal(golden.GetProperty("meanIoU").GetDouble(), confusion.MeanIoU, 12);
        Assert.Equal(golden.GetProperty("pixelAccuracy").GetDouble(), confusion.PixelAccuracy, 12);
        Assert.Equal(golden.GetProperty("meanAccuracy").GetDouble(), confusion.MeanAccuracy, 12);
        Assert.Equal([double.NaN, double.NaN], confusion.PerClassAccuracy.Skip(4));
    }

    [Fact]
    public void Loss_and_gradient_are_those_of_PyTorch()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenSegmentation.Of("loss");
        Tensor logits = tensor(golden.Numbers("logits")).to_type(ScalarType.Float32).view(2, 3, 3, 4);
        Tensor masks = tensor(golden.Integers("masks")).view(2, 9, 13);
        long counted = golden.Integers("masks").Count(label => label != 255);
        Near(golden.Numbers("enlarged"), SegmentationLoss.Enlarge(logits, 9, 13), 1e-6);

        (double loss, Tensor gradient) = SegmentationLoss.Of(logits, masks, [1, 1, 1], SegmentationLoss.Counted(masks, [1, 1, 1]), 1);
        Assert.Equal(golden.GetProperty("loss").GetDouble(), loss, 5);
        Near(golden.Numbers("gradient"), gradient, 1e-7);

        (double weighted, Tensor smaller) = SegmentationLoss.Of(logits, masks, [1, 1, 1], counted, 0.4);
        Assert.Equal(0.4 * loss, weighted, 5);
        Near([.. golden.Numbers("gradient").Select(g => 0.4 * g)], smaller, 1e-7);
    }

    [Fact]
    public void Weighted_loss_is_PyTorchs_weighted_mean()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(9);
        Tensor logits = randn([2, 3, 6, 5], generator: random), masks = randint(0, 3, [2, 6, 5], ScalarType.Int64, generator: random);
        masks[0, 2] = 255;
        float[] weights = [0.25f, 1, 3.5f];

        (double loss, _) = SegmentationLoss.Of(logits, masks, weights, SegmentationLoss.Counted(masks, weights), 1);

        Assert.Equal(nn.functional.cross_entropy(logits, masks, tensor(weights), ignore_index: 255).item<float>(), loss, 5);
    }

    [Fact]
    public void A_batch_in_which_nothing_counts_teaches_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        (double loss, Tensor gradient) = SegmentationLoss.Of(randn(2, 3, 4, 4), full(2, 8, 8, 255L, dtype: ScalarType.Int64), [1, 1, 1], 0, 1);
        Assert.Equal(0, loss);
        Assert.Equal(0, gradient.abs().max().item<float>());
    }

    private static void Near(double[] expected, Tensor actual, double tolerance)
    {
        float[] numbers = actual.contiguous().data<float>().ToArray();
        Assert.Equal(expected.Length, numbers.Length);
        Assert.All(expected.Zip(numbers), pair => Assert.InRange(pair.Second - pair.First, -tolerance, tolerance));
    }
}
