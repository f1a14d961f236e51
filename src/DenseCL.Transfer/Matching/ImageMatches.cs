using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Transfer.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Matching;

/// <summary>Which positions of one image correspond to which of another, by the features of a frozen backbone.</summary>
/// <param name="First">The first image.</param>
/// <param name="Second">The second image.</param>
/// <param name="Matches">The matches that were kept, in the order of the first map's positions.</param>
/// <param name="Mutual">How many of the first map's positions have a mutual match, kept or not.</param>
public sealed record ImageMatches(MatchedImage First, MatchedImage Second, IReadOnlyList<PositionMatch> Matches, int Mutual)
{
    /// <summary>Matches two images.</summary>
    /// <param name="weights">The backbone.</param>
    /// <param name="first">The file of the first image.</param>
    /// <param name="second">The file of the second image; the two may have different sizes.</param>
    /// <param name="maps">Stride, stages and size of the maps; the defaults if null.</param>
    /// <param name="filter">Which matches are kept; all if null.</param>
    /// <exception cref="DataException">An image cannot be read, or the features are not finite.</exception>
    public static ImageMatches Find(
        BackboneSource weights, string first, string second, FeatureMapOptions? maps = null, MatchFilter? filter = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using DisposeScope scope = NewDisposeScope();
        using FeatureMaps network = new(weights, maps ?? new());
        (MatchedImage one, Tensor from) = See(network, first);
        (MatchedImage other, Tensor to) = See(network, second);
        Neighbours there = Neighbours.Of(from, to), back = Neighbours.Of(to, from);
        int mutual = new MatchFilter { Mutual = true }.Keep(there, back).Count;
        return new ImageMatches(one, other, (filter ?? new()).Keep(there, back), mutual);
    }

    private static (MatchedImage Image, Tensor Vectors) See(FeatureMaps network, string path)
    {
        try
        {
            Tensor map = network.Of(path);                                                  // (1, C, h, w)
            PooledFeatures.RefuseNotFinite(map);
            byte[] pixels = RgbImage.Shown(network.Seen.Pixels, network.Seen.Channels);
            MatchedImage image = new(path, pixels, network.Seen.Width, network.Seen.Height, (int)map.shape[3], (int)map.shape[2]);
            return (image, map[0].flatten(1).t());                                          // (h w, C)
        }
        catch (ImageException e)
        {
            throw new DataException(e.Message, e);
        }
    }
}
