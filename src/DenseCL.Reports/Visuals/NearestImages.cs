using System.Numerics.Tensors;
using DenseCL.Data.Sources;
using DenseCL.Reports.Pages;
using DenseCL.Reports.Pictures;
using DenseCL.Transfer.Features;

namespace DenseCL.Reports.Visuals;

/// <summary>Which images a network finds most alike: the nearest neighbours of some images among others, by one vector of each image.</summary>
internal static class NearestImages
{
    private const int Queries = 6, Nearest = 5, ThumbnailSide = 96;

    /// <summary>Finds them.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="images">The images to search in.</param>
    /// <param name="skipped">Receives images that cannot be used.</param>
    /// <param name="stop">Ends the work.</param>
    public static NeighboursData Of(IReadOnlyList<Network> networks, ImageSource images, SkippedImages skipped, CancellationToken stop)
    {
        Dictionary<string, byte[]> thumbnails = new(StringComparer.Ordinal);
        List<IReadOnlyList<NeighboursData.Query>> found = [];
        foreach (Network network in networks)
        {
            List<SeenImage> seen = [.. FeatureStream.PooledWithPixels(network.Weights, images, new(), skipped, stop).ToBlockingEnumerable(stop)];
            List<NeighboursData.Query> queries = [];
            for (int q = 0; q < Math.Min(Queries, seen.Count); q++)
            {
                SeenImage query = seen[(int)((((2L * q) + 1) * seen.Count) / (2L * Math.Min(Queries, seen.Count)))];
                (SeenImage Image, double Similarity)[] nearest =
                [
                    .. seen.Where(other => !ReferenceEquals(other, query))
                        .Select(other => (other, (double)TensorPrimitives.CosineSimilarity(query.Features.Values, other.Features.Values)))
                        .OrderByDescending(pair => pair.Item2)
                        .Take(Nearest),
                ];
                foreach (SeenImage image in nearest.Select(pair => pair.Image).Prepend(query))
                {
                    if (!thumbnails.ContainsKey(image.Features.Path))
                    {
                        thumbnails.Add(image.Features.Path, Thumbnail.Jpeg(image, ThumbnailSide));
                    }
                }

                queries.Add(new NeighboursData.Query(
                    query.Features.Path,
                    [.. nearest.Select(pair => pair.Image.Features.Path)],
                    [.. nearest.Select(pair => Math.Round(pair.Similarity, 3))]));
            }

            found.Add(queries);
        }

        return new NeighboursData([.. networks.Select(network => network.Name)], images.Entries.Count, thumbnails, found);
    }
}
