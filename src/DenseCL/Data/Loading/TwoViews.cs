using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;

namespace DenseCL.Data.Loading;

/// <summary>
/// Makes the two views of an image: draws their parameters, decodes the part that both need, and makes them. Use one instance per thread,
/// because it owns working memory.
/// </summary>
/// <param name="options">How a view is made of an image.</param>
internal sealed class TwoViews(DataOptions options)
{
    private readonly ImageReader reader = new();
    private readonly RgbImage image = new();
    private readonly Augmentation augmentation = new(options);
    private readonly ViewParameters[] parameters = new ViewParameters[2];
    private DecodedPart part;

    /// <summary>Draws both views and decodes the part of the image that they show.</summary>
    /// <param name="file">The bytes of the image's file.</param>
    /// <param name="limits">The limits within which an image is used.</param>
    /// <param name="query">The stream of the query view.</param>
    /// <param name="key">The stream of the key view.</param>
    /// <exception cref="ImageException">The image cannot be used.</exception>
    public void Decode(ReadOnlySpan<byte> file, ImageLimits limits, CounterRandom query, CounterRandom key)
    {
        (int width, int height) = reader.ReadHeader(file, limits);
        parameters[0] = ViewParameters.Draw(options, ref query, width, height);
        parameters[1] = ViewParameters.Draw(options, ref key, width, height);
        (CropGeometry first, CropGeometry second) = (parameters[0].Crop, parameters[1].Crop);
        int least = Math.Min(Math.Min(first.Width, first.Height), Math.Min(second.Width, second.Height));
        int reduction = least >= 8 * options.Size ? 8 : least >= 4 * options.Size ? 4 : least >= 2 * options.Size ? 2 : 1;

        // The triangle filter of a resampled pixel reads half its width beyond the crop, unless whole pixels are cut out.
        int most = Math.Max(Math.Max(first.Width, first.Height), Math.Max(second.Width, second.Height));
        int margin = reduction == 1 ? 0 : 2 + (most / (reduction * options.Size));
        part = reader.Decode(file, limits, options.Depth, PixelArea.Union(Area(first), Area(second)), reduction, margin, image);
    }

    /// <summary>Makes one view of the image decoded last.</summary>
    /// <param name="view">0 for the query, 1 for the key.</param>
    /// <param name="into">Receives the view, (Size, Size, Channels).</param>
    /// <returns>Where it was cut, in full-size pixels.</returns>
    public CropGeometry Make(int view, Span<byte> into)
    {
        augmentation.Apply(image, part, parameters[view], into);
        return parameters[view].Crop;
    }

    private static PixelArea Area(CropGeometry crop) => new(crop.Left, crop.Top, crop.Width, crop.Height);
}
