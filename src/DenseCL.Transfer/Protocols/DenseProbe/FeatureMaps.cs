using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Protocols.DenseProbe;

/// <summary>The features of a frozen backbone, image by image.</summary>
internal sealed class FeatureMaps : IDisposable
{
    private readonly Backbone backbone;
    private readonly PixelNormalisation normalisation;
    private readonly bool allStages;
    private readonly int? shortSide;
    private readonly PixelDepth depth;
    private readonly ImageLimits limits;
    private readonly RgbImage decoded = new();
    private readonly Scratch scratch = new();
    private byte[] resized = [];

    public FeatureMaps(BackboneSource source, DenseProbeOptions options)
    {
        Device device = EvaluationDevice.Choose();
        (allStages, shortSide, depth) = (options.AllStages, options.ShortSide, source.Normalisation.Depth);
        limits = ImageLimits.Default with { Channels = source.Normalisation.Channels };
        normalisation = new PixelNormalisation(
            source.Normalisation,
            device,
            TorchRuntime.TypeOf(TorchRuntime.Choose(options.Precision, device)));
        backbone = source.Build(options.Stride);
        backbone.to(device);
    }

    /// <summary>The features of an image.</summary>
    /// <returns>(1, C, h, w), float32, where the network is.</returns>
    /// <exception cref="DataException">The image cannot be read.</exception>
    public Tensor Of(SegmentationImage image)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<Tensor> stages = backbone.Stages(Pixels(image.ImagePath));
        Tensor last = stages[^1];
        if (allStages)
        {
            last = cat([.. stages.Select(stage => nn.functional.adaptive_avg_pool2d(stage, [last.shape[2], last.shape[3]]))], 1);
        }

        return last.to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        backbone.Dispose();
        normalisation.Dispose();
    }

    private Tensor Pixels(string path)
    {
        try
        {
            ImageDecoder.Decode(path, decoded, limits, depth);
        }
        catch (ImageException e)
        {
            throw new DataException(e.Message, e);
        }

        (int width, int height) = (decoded.Width, decoded.Height);
        if (shortSide is not { } side || side == Math.Min(width, height))
        {
            return normalisation.Apply(decoded.Pixels, height, width);
        }

        double scale = (double)side / Math.Min(width, height);
        (int newWidth, int newHeight) = ((int)Math.Round(width * scale), (int)Math.Round(height * scale));
        int bytes = checked(newWidth * newHeight * decoded.Channels);
        if (resized.Length < bytes)
        {
            resized = new byte[bytes];
        }

        Resample.ResizedCrop(decoded, 0, 0, width, height, resized.AsSpan(0, bytes), newWidth, newHeight, scratch);
        return normalisation.Apply(resized.AsSpan(0, bytes), newHeight, newWidth);
    }
}
