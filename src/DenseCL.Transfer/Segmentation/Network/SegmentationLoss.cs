using DenseCL.Compute;
using DenseCL.Transfer.Labelled.Masks;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>
/// Cross-entropy of logits that are enlarged to the size of the mask; the weighted mean over all pixels of a batch that count.
/// </summary>
internal static class SegmentationLoss
{
    /// <summary>Enlarges logits or pixels bilinearly; positions are areas, not points (align_corners false).</summary>
    /// <param name="maps">(N, C, h, w) float32</param>
    /// <param name="height">Of the result.</param>
    /// <param name="width">Of the result.</param>
    public static Tensor Enlarge(Tensor maps, long height, long width) =>
        maps.shape[2] == height && maps.shape[3] == width
            ? maps.alias()
            : interpolate(maps, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);

    /// <summary>The sum of the weights of all pixels that count.</summary>
    /// <param name="masks">int64: 0 … K − 1, or 255.</param>
    /// <param name="weights">(K): how much a pixel of each class counts.</param>
    public static double Counted(Tensor masks, float[] weights)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] pixels = masks.flatten().bincount(weights: null, minlength: GridLabels.Ignore + 1).cpu().data<long>().ToArray();
        return weights.Zip(pixels).Sum(one => (double)one.First * one.Second);
    }

    /// <summary>Loss and its gradient.</summary>
    /// <param name="logits">(N, K, h, w), float32 or bfloat16.</param>
    /// <param name="masks">(N, H, W) int64: 0 … K − 1, or 255.</param>
    /// <param name="weights">(K): how much a pixel of each class counts.</param>
    /// <param name="counted">The result of <see cref="Counted"/>.</param>
    /// <param name="weight">The weight of the loss.</param>
    /// <returns>The weighted loss in nats, and its gradient with respect to the logits, in their type.</returns>
    public static (double Loss, Tensor Gradient) Of(Tensor logits, Tensor masks, float[] weights, double counted, double weight)
    {
        double share = weight / (counted > 0 ? counted : 1);
        return logits.device_type == DeviceType.CPU
            ? EnlargedLogits.CrossEntropy(logits, masks, weights, share)
            : ByLibtorch(logits, masks, weights, share);
    }

    /// <summary>(H · W): the most probable class of each pixel of an image.</summary>
    /// <param name="logits">(1, K, h, w)</param>
    /// <param name="height">H</param>
    /// <param name="width">W</param>
    public static byte[] Classes(Tensor logits, int height, int width)
    {
        if (logits.device_type == DeviceType.CPU)
        {
            return EnlargedLogits.Largest(logits, height, width);
        }

        using DisposeScope scope = NewDisposeScope();
        return Enlarge(logits, height, width).argmax(1).to_type(ScalarType.Byte).cpu().data<byte>().ToArray();
    }

    /// <summary>One image at a time: the enlarged logits of a whole batch take some gigabytes at the paper's sizes.</summary>
    public static (double Loss, Tensor Gradient) ByLibtorch(Tensor logits, Tensor masks, float[] weights, double pixel)
    {
        using DisposeScope scope = NewDisposeScope();
        double total = 0;
        Tensor gradient = empty_like(logits), ofClasses = tensor(weights, device: logits.device);
        for (long image = 0; image < logits.shape[0]; image++)
        {
            using DisposeScope one = NewDisposeScope();
            Tensor leaf = logits.narrow(0, image, 1).detach().to_type(ScalarType.Float32).contiguous();
            leaf.requires_grad = true;
            using (enable_grad())
            {
                Tensor mask = masks.narrow(0, image, 1);
                Tensor sum = cross_entropy(
                    Enlarge(leaf, mask.shape[1], mask.shape[2]),
                    mask,
                    weight: ofClasses,
                    ignore_index: GridLabels.Ignore,
                    reduction: nn.Reduction.Sum);
                Tensor loss = sum.Times(pixel);
                loss.backward();
                total += loss.item<float>();
            }

            using IDisposable noGrad = no_grad();
            gradient.narrow(0, image, 1).copy_(leaf.grad!);
        }

        return (total, gradient.MoveToOuterDisposeScope());
    }
}
