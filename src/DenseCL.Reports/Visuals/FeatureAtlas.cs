using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Reports.Pages;
using DenseCL.Reports.Pictures;
using DenseCL.Transfer.Features;
using SkiaSharp;

namespace DenseCL.Reports.Visuals;

/// <summary>
/// Feature maps of whole images as colours, and as short vectors: with them a page computes how similar any two positions are.
/// </summary>
internal static class FeatureAtlas
{
    /// <summary>The length of the vectors.</summary>
    public const int Dimensions = 16;

    private const int JpegQuality = 80;
    private const int MostPositions = 4096;     // of a map; an image of a very long shape is left out

    /// <summary>Computes the maps of some images by each network.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="images">The images.</param>
    /// <param name="options">Stride and size of the maps.</param>
    /// <param name="skipped">Receives images that cannot be used.</param>
    /// <param name="stop">Ends the work.</param>
    public static MapsData Of(
        IReadOnlyList<Network> networks, ImageSource images, FeatureMapOptions options, SkippedImages skipped, CancellationToken stop)
    {
        OrderedDictionary<string, SeenImage> seen = new(StringComparer.Ordinal);
        List<Dictionary<string, MapsData.Map>> maps = [];
        foreach (Network network in networks)
        {
            List<SeenImage> computed =
            [
                .. FeatureStream.MapsWithPixels(network.Weights, images, options, skipped, stop).ToBlockingEnumerable(stop)
                    .Where(image => image.Features.Height * image.Features.Width <= MostPositions),
            ];
            if (computed.Count == 0)
            {
                maps.Add([]);
                continue;
            }

            FeatureComponents components = FeatureComponents.Fit(computed.Select(image => image.Features), Dimensions);
            maps.Add(computed.ToDictionary(image => image.Features.Path, image => MapOf(image.Features, components), StringComparer.Ordinal));
            foreach (SeenImage image in computed)
            {
                _ = seen.TryAdd(image.Features.Path, image);
            }
        }

        return new MapsData(
            [.. networks.Select(network => network.Name)],
            Dimensions,
            [
                .. seen.Select(image => new MapsData.Image(
                    image.Key, image.Value.Width, image.Value.Height, Jpeg(image.Value), [.. maps.Select(each => each.GetValueOrDefault(image.Key))])),
            ]);
    }

    /// <summary>The vectors of a map: directions, so that their product is a cosine; each number in a byte, −127 … 127.</summary>
    /// <remarks>Numbers are rounded to 1/127, so a cosine is right within about 0.01.</remarks>
    private static MapsData.Map MapOf(ImageFeatures features, FeatureComponents components)
    {
        int positions = features.Height * features.Width;
        byte[] vectors = new byte[positions * Dimensions];
        double[] along = new double[components.Count];
        for (int position = 0; position < positions; position++)
        {
            components.Project(features.Values.AsSpan(position * features.Channels, features.Channels), along);
            double length = Math.Sqrt(along.Sum(coordinate => coordinate * coordinate));
            for (int k = 0; k < along.Length && length > 0; k++)
            {
                vectors[(position * Dimensions) + k] = unchecked((byte)(sbyte)Math.Round(127 * along[k] / length));
            }
        }

        return new MapsData.Map(features.Width, features.Height, new FeatureColours(components).Of(features), vectors);
    }

    private static byte[] Jpeg(SeenImage image)
    {
        using SKData jpeg = JpegEncoder.Encode(image.Pixels, image.Width, image.Height, JpegQuality);
        return jpeg.ToArray();
    }
}
