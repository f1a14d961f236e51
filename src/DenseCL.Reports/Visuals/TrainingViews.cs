using DenseCL.Data.Loading;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Reports.Pages;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Matching;
using DenseCL.Transfer.Protocols.MatchScore;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Reports.Visuals;

/// <summary>
/// Pairs of views as the training makes them, with changed colours and blur, and the match of each position by the features of each
/// network.
/// </summary>
internal static class TrainingViews
{
    private const int JpegQuality = 85;

    /// <summary>Makes the views of some images, and matches them.</summary>
    /// <param name="networks">The networks, whose images have the recipe's channels.</param>
    /// <param name="recipe">How views are made, and the grid of dense vectors.</param>
    /// <param name="images">One pair of each.</param>
    /// <param name="skipped">Receives images that cannot be used.</param>
    /// <param name="stop">Ends the work.</param>
    public static ViewsData Of(
        IReadOnlyList<Network> networks, Recipe recipe, ImageSource images, SkippedImages skipped, CancellationToken stop)
    {
        List<Pair> pairs = Make(recipe, images, skipped, stop);
        int side = recipe.Method.GridSize ?? (recipe.Data.Size + recipe.Model.OutputStride - 1) / recipe.Model.OutputStride;
        List<IReadOnlyList<ViewsData.PairMatches>> matches = [.. networks.Select(network => Match(network.Weights, recipe, side, pairs, stop))];
        return new ViewsData(
            [.. networks.Select(network => network.Name)],
            side,
            [.. pairs.Select((pair, i) => new ViewsData.Pair(pair.Name, pair.Jpeg(0), pair.Jpeg(1), [.. matches.Select(each => each[i])]))]);
    }

    private static List<Pair> Make(Recipe recipe, ImageSource images, SkippedImages skipped, CancellationToken stop)
    {
        using OpenShards shards = new();
        TwoViews views = new(recipe.Data);
        ImageLimits limits = ImageLimits.Of(recipe.Data);
        int bytes = recipe.Data.Size * recipe.Data.Size * recipe.Data.Channels;
        List<Pair> pairs = [];
        foreach ((int i, ImageEntry image) in images.Entries.Index())
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                using ImageFile file = shards.Open(image, limits);
                views.Decode(file.Read(file.Length), limits, Random(i, 0), Random(i, 1));
                byte[] pixels = new byte[2 * bytes];
                CropGeometry query = views.Make(0, pixels.AsSpan(0, bytes)), key = views.Make(1, pixels.AsSpan(bytes));
                pairs.Add(new Pair(image.Name, pixels, recipe.Data.Size, recipe.Data.Channels, query, key));
            }
            catch (ImageException e)
            {
                _ = skipped.Add(image.Name, e.Message);
            }
        }

        return pairs;

        CounterRandom Random(int image, int view) =>
            new(recipe.Run.Seed, (ulong)RandomPurpose.View, 0, (ulong)image, (ulong)view);
    }

    private static List<ViewsData.PairMatches> Match(BackboneSource weights, Recipe recipe, int side, IReadOnlyList<Pair> pairs, CancellationToken stop)
    {
        Device device = EvaluationDevice.Choose();
        using Backbone backbone = weights.Build(recipe.Model.OutputStride);
        backbone.to(device);
        using PixelNormalisation normalise = new(weights.Normalisation, device);
        List<ViewsData.PairMatches> matches = [];
        foreach (Pair pair in pairs)
        {
            stop.ThrowIfCancellationRequested();
            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            Tensor maps = backbone.forward(normalise.Apply(pair.Pixels, pair.Size, pair.Size));                     // (2, C, P, P)
            Tensor grid = nn.functional.adaptive_avg_pool2d(maps, [side, side]);                                    // (2, C, S, S)
            PooledFeatures.RefuseNotFinite(grid);
            Tensor vectors = grid.permute(0, 2, 3, 1).flatten(1, 2).to_type(ScalarType.Float32);                    // (2, S², C)
            Neighbours there = Neighbours.Of(vectors[0], vectors[1]), back = Neighbours.Of(vectors[1], vectors[0]);
            IReadOnlyList<PositionMatch> all = new MatchFilter().Keep(there, back);
            matches.Add(new ViewsData.PairMatches(
                [.. all.Select(match => match.To)],
                [.. all.Select(match => Math.Round(match.Similarity, 3))],
                [.. all.Select(match => match.IsMutual ? 1 : 0)],
                [.. ViewMatching.Verdicts(all, pair.Query, pair.Key, side).Select(right => right is null ? -1 : right.Value ? 1 : 0)]));
        }

        return matches;
    }

    private sealed record Pair(string Name, byte[] Pixels, int Size, int Channels, CropGeometry Query, CropGeometry Key)
    {
        public byte[] Jpeg(int view)
        {
            int bytes = Size * Size * Channels;
            using SKData jpeg = JpegEncoder.Encode(RgbImage.Shown(Pixels.AsSpan(view * bytes, bytes), Channels), Size, Size, JpegQuality);
            return jpeg.ToArray();
        }
    }
}
