using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Features;

/// <summary>The feature maps of a frozen backbone, image by image.</summary>
internal sealed class FeatureMaps : IDisposable
{
    private readonly Backbone backbone;
    private readonly PixelNormalisation normalisation;
    private readonly bool allStages;
    private readonly int? shortSide;
    private readonly PixelDepth depth;
    private readonly ImageLimits limits;
    private readonly RgbImage decoded = new();
    private readonly RgbImage resized = new();
    private readonly Scratch scratch = new();

    public FeatureMaps(BackboneSource source, FeatureMapOptions options)
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

    /// <summary>The last image as the network saw it, before normalisation. The next one overwrites it.</summary>
    public RgbImage Seen { get; private set; } = new();

    /// <summary>The features of an image file.</summary>
    /// <returns>(1, C, h, w), float32, where the network is.</returns>
    /// <exception cref="ImageException">The image cannot be used.</exception>
    public Tensor Of(string path)
    {
        ImageDecoder.Decode(path, decoded, limits, depth);
        return OfDecoded();
    }

    /// <summary>The features of an image of a source.</summary>
    /// <inheritdoc cref="Of(string)"/>
    public Tensor Of(ImageEntry entry, OpenShards shards)
    {
        using (ImageFile file = shards.Open(entry, limits))
        {
            ImageDecoder.Decode(file.Read(file.Length), decoded, limits, depth);
        }

        return OfDecoded();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        backbone.Dispose();
        normalisation.Dispose();
    }

    private Tensor OfDecoded()
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Seen = Resized();
        IReadOnlyList<Tensor> stages = backbone.Stages(normalisation.Apply(Seen.Pixels, Seen.Height, Seen.Width));
        Tensor last = stages[^1];
        if (allStages)
        {
            last = cat([.. stages.Select(stage => nn.functional.adaptive_avg_pool2d(stage, [last.shape[2], last.shape[3]]))], 1);
        }

        return last.to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private RgbImage Resized()
    {
        (int width, int height) = (decoded.Width, decoded.Height);
        if (shortSide is not { } side || side == Math.Min(width, height))
        {
            return decoded;
        }

        double scale = (double)side / Math.Min(width, height);
        resized.Reset((int)Math.Round(width * scale), (int)Math.Round(height * scale), decoded.Channels);
        Resample.ResizedCrop(decoded, 0, 0, width, height, resized.Pixels, resized.Width, resized.Height, scratch);
        return resized;
    }
}
