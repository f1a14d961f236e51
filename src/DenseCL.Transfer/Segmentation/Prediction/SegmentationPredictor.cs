using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Models;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training.Logs;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Segmentation.Network;
using DenseCL.Transfer.Segmentation.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>Finds the class of each pixel of images, each as a whole or in windows, as the protocol says.</summary>
/// <param name="network">The network; it is only read.</param>
/// <param name="options">The protocol, its precision chosen.</param>
/// <param name="reading">Channels, depth, mean and standard deviation of the images.</param>
/// <param name="device">The device that computes.</param>
internal sealed class SegmentationPredictor(SegmentationNetwork network, SegmentationOptions options, DataOptions reading, Device device) : IDisposable
{
    private readonly PixelNormalisation normalisation = new(reading, device, TorchRuntime.TypeOf(options.Precision));
    private readonly Scratch scratch = new();

    /// <summary>Compares the predictions for images with their masks.</summary>
    /// <param name="data">Reads the masks.</param>
    /// <param name="images">The images.</param>
    /// <param name="logEvery">Images between two that are logged; the last one always is.</param>
    /// <param name="progress">Called after every image.</param>
    /// <param name="predictions">Receives the prediction for each image; null for none.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="Data.DataException">An image or mask cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ConfusionMatrix Measure(
        SegmentationData data,
        IReadOnlyList<SegmentationImage> images,
        int logEvery,
        IProgress<SegmentationProgress>? progress,
        Action<SegmentationImage, RgbImage, Mask>? predictions,
        CancellationToken stop)
    {
        ConfusionMatrix confusion = new(data.ClassNames.Count);
        StepClock clock = new(1);
        RgbImage image = new();
        foreach ((int i, SegmentationImage labelled) in images.Index())
        {
            stop.ThrowIfCancellationRequested();
            Mask mask = SegmentationLoader.Read(data, labelled, image, reading);
            clock.BatchArrived();
            byte[] predicted = Classes(image, stop);
            confusion.Add([.. mask.Values.Select(label => (long)label)], [.. predicted.Select(label => (long)label)]);
            predictions?.Invoke(labelled, image, mask with { Values = predicted });
            clock.StepDone();

            bool logged = (i + 1) % logEvery == 0 || i + 1 == images.Count;
            progress?.Report(
                new SegmentationProgress(
                    Testing: true,
                    i + 1,
                    images.Count,
                    double.NaN,
                    0,
                    clock.ImagesPerSecond,
                    clock.Remaining(images.Count - i - 1),
                    logged));
        }

        return confusion;
    }

    /// <summary>(Height · Width) of the image: the most probable class of each pixel.</summary>
    /// <param name="image">The image, at its own size.</param>
    /// <param name="stop">Ends the work.</param>
    public byte[] Classes(RgbImage image, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        return SegmentationLoss.Classes(Logits(image, stop), image.Height, image.Width);
    }

    /// <summary>(1, K, h, w) float32: the logits of an image at the size to which the protocol resizes it.</summary>
    /// <param name="image">The image, at its own size.</param>
    /// <param name="stop">Ends the work.</param>
    public Tensor Logits(RgbImage image, CancellationToken stop)
    {
        (int width, int height) = SegmentationCrop.Resized(image.Width, image.Height, options.ShortSide);
        byte[] pixels = new byte[width * height * image.Channels];
        Resample.ResizedCrop(image, 0, 0, image.Width, image.Height, pixels, width, height, scratch);
        return Logits(pixels, height, width, stop);
    }

    /// <summary>(1, K, h, w) float32: the logits of an image that has the size to which the protocol resizes it.</summary>
    /// <param name="pixels">(h, w, channels)</param>
    /// <param name="height">h</param>
    /// <param name="width">w</param>
    /// <param name="stop">Ends the work.</param>
    public Tensor Logits(ReadOnlySpan<byte> pixels, int height, int width, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor input = normalisation.Apply(pixels, height, width);

        // A whole image is a single window, whatever its size.
        (int Height, int Width) window = options.Test == TestMode.Slide ? (options.CropHeight, options.CropWidth) : (height, width);
        (int Down, int Across) stride = options.SlideStride is { } given
            ? (given, given)
            : (((2 * window.Height) + 2) / 3, ((2 * window.Width) + 2) / 3);
        return SlidingWindow.Logits(network.Logits, input, window, stride, stop).MoveToOuterDisposeScope();
    }

    /// <summary>(1, K, h, w) float32: the network's own logits of a part of an image, at the network's own resolution.</summary>
    /// <inheritdoc cref="Logits(ReadOnlySpan{byte}, int, int, CancellationToken)"/>
    public Tensor OwnLogits(ReadOnlySpan<byte> pixels, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        return network.Logits(normalisation.Apply(pixels, height, width)).MoveToOuterDisposeScope();
    }

    public void Dispose() => normalisation.Dispose();
}
