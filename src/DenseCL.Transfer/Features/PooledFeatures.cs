using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Features;

/// <summary>A frozen backbone's features of whole images: the average of its last feature map over all positions.</summary>
/// <param name="Features">(N, C) float32, in the order of the images, on the backbone's device.</param>
/// <param name="Mirrored">The same for the images mirrored left to right, or null.</param>
public sealed record PooledFeatures(Tensor Features, Tensor? Mirrored) : IDisposable
{
    /// <summary>Runs images through a backbone.</summary>
    /// <param name="backbone">The backbone; its mode is restored afterwards.</param>
    /// <param name="normalisation">Mean and standard deviation with which it was trained.</param>
    /// <param name="images">The images, at least one.</param>
    /// <param name="options">Size, batch and threads.</param>
    /// <param name="mirror">Whether to process each image mirrored too.</param>
    /// <param name="progress">Receives the number of images done after each batch; may be null.</param>
    /// <param name="stop">Ends the work between two batches.</param>
    /// <exception cref="DataException">An image cannot be read, or the backbone computes numbers from it that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static PooledFeatures Of(
        Backbone backbone, DataOptions normalisation, IReadOnlyList<ImageEntry> images, FeatureOptions options, bool mirror = false,
        IProgress<int>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(normalisation);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(options);
        bool training = backbone.training;
        backbone.eval();
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Device device = backbone.parameters().First().device;
        using PixelNormalisation normalise = new(normalisation, device);
        try
        {
            Tensor features = empty(images.Count, backbone.OutChannels, device: device);
            Tensor? mirrored = mirror ? empty_like(features) : null;
            int done = 0;
            foreach (CroppedBatch cropped in CroppedImages.Batches(images, options, normalisation, skipped: null, stop))
            {
                stop.ThrowIfCancellationRequested();
                using DisposeScope batch = NewDisposeScope();
                Tensor x = normalise.Apply(cropped.Pixels.Span, options.Size, options.Size);     // (n, channels, S, S)
                long n = x.shape[0];
                features.narrow(0, done, n).copy_(Pool(backbone, x));
                mirrored?.narrow(0, done, n).copy_(Pool(backbone, x.flip(3)));
                done += (int)n;
                progress?.Report(done);
            }

            RefuseNotFinite(features);
            return new PooledFeatures(features.MoveToOuterDisposeScope(), mirrored?.MoveToOuterDisposeScope());
        }
        finally
        {
            backbone.train(training);
        }
    }

    /// <summary>The features of a batch: (N, 3, S, S) to (N, C), the average over all positions of the last map.</summary>
    internal static Tensor Pool(Backbone backbone, Tensor x) => backbone.forward(x).mean([2, 3]);

    /// <exception cref="DataException">A number is infinite or NaN.</exception>
    internal static void RefuseNotFinite(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        if (!features.isfinite().all().item<bool>())
        {
            throw new DataException(
                "The backbone computes numbers from these images that are not finite: "
                + "its training went wrong, or mean and std do not suit it."
            );
        }
    }

    /// <summary>The features of the images of a training and a test set.</summary>
    internal static (PooledFeatures Train, PooledFeatures Test) Of(
        BackboneSource weights, IReadOnlyList<ImageEntry> train, IReadOnlyList<ImageEntry> test, FeatureOptions options, bool mirror,
        IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        Device device = EvaluationDevice.Choose();
        using Backbone backbone = weights.Build();
        backbone.to(device);
        PooledFeatures fitted = Of(backbone, weights.Normalisation, train, options, mirror, Part("train", train.Count), stop);
        try
        {
            return (fitted, Of(backbone, weights.Normalisation, test, options, mirror: false, Part("test", test.Count), stop));
        }
        catch
        {
            fitted.Dispose();
            throw;
        }

        IProgress<int>? Part(string name, int total) => progress is null ? null : new PartProgress(progress, name, total);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Features.Dispose();
        Mirrored?.Dispose();
    }

    private sealed class PartProgress(IProgress<EvaluationProgress> to, string part, int total) : IProgress<int>
    {
        private int before;

        public void Report(int value)
        {
            to.Report(EvaluationProgress.OfFeatures(part, before, value, total));
            before = value;
        }
    }
}
