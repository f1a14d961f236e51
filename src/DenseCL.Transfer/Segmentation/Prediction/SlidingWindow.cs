using DenseCL.Compute;
using DenseCL.Transfer.Segmentation.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>Logits of an image from overlapping windows, averaged where they overlap.</summary>
internal static class SlidingWindow
{
    /// <summary>The starts of windows that cover a side; the last one ends where the side ends.</summary>
    /// <param name="side">Pixels of the image.</param>
    /// <param name="window">Pixels of a window; it is the whole side if that is shorter.</param>
    /// <param name="stride">Pixels from one window to the next, 1 … <paramref name="window"/>.</param>
    public static IReadOnlyList<int> Starts(int side, int window, int stride)
    {
        int last = Math.Max(0, side - window), count = ((last + stride - 1) / stride) + 1;
        return [.. Enumerable.Range(0, count).Select(i => Math.Min(i * stride, last))];
    }

    /// <summary>(1, channels, H, W) → (1, K, H, W) float32.</summary>
    /// <param name="network">Gives the logits of a window, (1, K, h, w) float32 of any size.</param>
    /// <param name="image">The image, normalised.</param>
    /// <param name="window">Height and width of a window.</param>
    /// <param name="stride">Down and across.</param>
    /// <param name="stop">Ends the work.</param>
    public static Tensor Logits(
        Func<Tensor, Tensor> network,
        Tensor image,
        (int Height, int Width) window,
        (int Down, int Across) stride,
        CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        int height = (int)image.shape[2], width = (int)image.shape[3];
        (int h, int w) = (Math.Min(window.Height, height), Math.Min(window.Width, width));
        Tensor? sum = null;
        Tensor times = zeros(1, 1, height, width, device: image.device);
        foreach (int top in Starts(height, h, stride.Down))
        {
            foreach (int left in Starts(width, w, stride.Across))
            {
                stop.ThrowIfCancellationRequested();
                using DisposeScope part = NewDisposeScope();
                Tensor logits = SegmentationLoss.Enlarge(network(Part(image)), h, w);
                sum ??= zeros(1, logits.shape[1], height, width, device: image.device).MoveToOuterDisposeScope();
                Part(sum).AddInPlace(logits);
                Part(times).Increment();

                Tensor Part(Tensor of) => of.narrow(2, top, h).narrow(3, left, w);
            }
        }

        return sum!.div_(times).MoveToOuterDisposeScope();
    }
}
