using DenseCL.Data;
using DenseCL.Data.Loading;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Matching;
using DenseCL.Transfer.Protocols.Reports;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Protocols.MatchScore;

/// <summary>
/// Measures what dense learning teaches, without labels: how well positions of one view find the same place in another view of the same
/// image by their frozen features.
/// </summary>
/// <remarks>
/// <para>
/// Each image gives pairs of views: crops of 0.3 to 1 of its area with an aspect from 3/4 to 4/3, mirrored half the time and resized to a
/// square; colours are not changed. The centre of each position of the first view is mapped to the second view by the two crops. If it lies
/// inside that view, the position's nearest neighbour there, by the cosine of their features, is checked. It is right if the centre of that
/// cell is within one cell of the true place, in both directions.
/// </para>
/// <para>
/// The views depend only on seed and images, so two backbones that are evaluated with the same ones see the same views. Colours, brightness
/// and the content of the images help too: an untrained network is well above chance, and trained networks should be compared with it.
/// </para>
/// </remarks>
public sealed class MatchScoreEvaluation : IEvaluation
{
    private const int PairsAtOnce = 8;
    // 16 views of 224 pixels at stride 16 go through the network at a time.
    private const int PositionsAtOnce = PairsAtOnce * 14 * 14;

    private readonly ImageSource images;
    private readonly MatchScoreOptions options;
    private readonly DataOptions look;

    /// <summary>The evaluation.</summary>
    /// <param name="images">The images; <see cref="MatchImages"/> opens them.</param>
    /// <param name="options">Views and map; the defaults if null.</param>
    public MatchScoreEvaluation(ImageSource images, MatchScoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        (this.images, this.options) = (images, options ?? new());
        look = new DataOptions { Size = this.options.Size, CropScale = new Interval(0.3, 1), JitterProbability = 0, GreyscaleProbability = 0, BlurProbability = 0, FlipProbability = 0.5 };
    }

    /// <inheritdoc/>
    public string Name => "match-score";

    /// <inheritdoc/>
    /// <remarks>It also depends on the images, because they need not be the labelled data that an ablation knows.</remarks>
    public string Fingerprint => OptionsFingerprint.Of(options, new MeasuredOn { Images = images.Fingerprint });

    /// <summary>The distribution of an image's views.</summary>
    internal DataOptions Look => look;

    /// <inheritdoc/>
    /// <remarks><c>matches</c>, <c>exactMatches</c> and <c>chance</c>, as in <see cref="MatchScoreResult"/>.</remarks>
    /// <exception cref="DataException">No image can be used, no position counts, or the features are not finite.</exception>
    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop)
    {
        MatchScoreResult result = Evaluate(backbone, seed, stop);
        return [new("matches", result.Matches), new("exactMatches", result.ExactMatches), new("chance", result.Chance)];
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The figures also include the ends of the 95 % interval of <c>matches</c>: <c>lowerBound</c> and <c>upperBound</c>.
    /// </remarks>
    public EvaluationReport Report(BackboneSource backbone, ulong seed, IProgress<EvaluationProgress>? progress, CancellationToken stop) =>
        ReportOf(Evaluate(backbone, seed, stop, progress: progress), backbone, seed);

    /// <summary>The report of a result.</summary>
    /// <param name="result">What <see cref="Evaluate"/> returned.</param>
    /// <param name="backbone">The weights.</param>
    /// <param name="seed">The seed of the views.</param>
    public EvaluationReport ReportOf(MatchScoreResult result, BackboneSource backbone, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(backbone);
        string interval = double.IsNaN(result.LowerBound)
            ? "-"
            : $"{EvaluationReport.Percent(result.LowerBound)} to {EvaluationReport.Percent(result.UpperBound)}";
        return new EvaluationReport
        {
            Figures =
            [
                new("matches", result.Matches), new("lowerBound", result.LowerBound), new("upperBound", result.UpperBound),
                new("exactMatches", result.ExactMatches), new("chance", result.Chance),
            ],
            Tables =
            [
                new(["the nearest position of the other view is", "share", "95 % interval"],
                [
                    ["within one position of the true place (matches)", EvaluationReport.Percent(result.Matches), interval],
                    ["exactly the position of the true place (exact matches)", EvaluationReport.Percent(result.ExactMatches), ""],
                    ["within one position, matched at random (chance)", EvaluationReport.Percent(result.Chance), ""],
                ]),
            ],
            Lines =
            [
                FormattableString.Invariant(
                    $"{backbone.Name}, {options.Size} px, stride {options.Stride}: {result.Positions:N0} positions that both views of a pair show, {options.Pairs:N0} {(options.Pairs == 1 ? "pair" : "pairs")} of each of {result.Images:N0} {(result.Images == 1 ? "image" : "images")}; seed {seed}."
                ),
            ],
            Warnings = Skipped(result.Skipped),
            Facts = [new("images", result.Images), new("positions", result.Positions), new("skipped", result.Skipped.Count)],
        };
    }

    /// <summary>Matches the views of every image.</summary>
    /// <param name="backbone">The weights.</param>
    /// <param name="seed">Draws the views.</param>
    /// <param name="stop">Ends the work.</param>
    /// <param name="each">Called for every pair of views, for example to draw it; may be null.</param>
    /// <param name="progress">Called after each image; may be null.</param>
    /// <param name="filter">Which matches <paramref name="each"/> receives; all if null. The result always covers all.</param>
    /// <exception cref="DataException">No image can be used, no position counts, or the features are not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public MatchScoreResult Evaluate(
        BackboneSource backbone,
        ulong seed,
        CancellationToken stop,
        Action<MatchedViews>? each = null,
        IProgress<EvaluationProgress>? progress = null,
        MatchFilter? filter = null)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        using OpenShards shards = new();
        using Matcher matcher = new(backbone, options, each, filter ?? new());
        RgbImage image = new();
        Augmentation augmentation = new(look with { Channels = backbone.Normalisation.Channels });
        SkippedImages skipped = new();
        List<MatchCounts> counts = [];
        int total = Math.Min(options.Limit, images.Entries.Count);
        for (int i = 0; i < total; i++)
        {
            stop.ThrowIfCancellationRequested();
            int index = (int)((long)i * images.Entries.Count / total);
            if (Decode(images.Entries[index], image, backbone.Normalisation, shards, skipped))
            {
                counts.Add(default);
                for (int pair = 0; pair < options.Pairs; pair++)
                {
                    (ViewParameters first, ViewParameters second) = (
                        Draw(look, seed, index, pair, 0, image),
                        Draw(look, seed, index, pair, 1, image));
                    augmentation.Apply(image, first, matcher.NextView);
                    augmentation.Apply(image, second, matcher.NextView);
                    matcher.Add(counts, first.Crop, second.Crop, stop);
                }
            }

            progress?.Report(EvaluationProgress.OfFeatures("test", i, i + 1, total));
        }

        matcher.Flush(counts);
        if (counts.Count == 0)
        {
            throw new DataException(
                FormattableString.Invariant($"None of the {total:N0} images to match can be used: {skipped.FirstReasons}."));
        }

        return counts.Any(count => count.Positions > 0)
            ? MatchScoreResult.Of(counts, matcher.Side, skipped)
            : throw new DataException(
                "No two views of an image have a place in common: there is nothing to match. Take more images or pairs of views.");
    }

    /// <summary>Decides about a view: which crop, and whether it is mirrored.</summary>
    internal static ViewParameters Draw(DataOptions look, ulong seed, int index, int pair, int view, RgbImage image)
    {
        CounterRandom random = new(seed, (ulong)RandomPurpose.MatchViews, (ulong)index, (ulong)pair, (ulong)view);
        return ViewParameters.Draw(look, ref random, image.Width, image.Height);
    }

    private static IReadOnlyList<string> Skipped(SkippedImages skipped) =>
        skipped.Entries is not [var (file, reason), ..]
            ? []
            :
            [
                FormattableString.Invariant(
                    $"{skipped.Count:N0} of the images cannot be used and {(skipped.Count == 1 ? "is" : "are")} left out: {file} ({reason}){(skipped.Count > 1 ? ", …" : "")}."
                ),
            ];

    private static bool Decode(ImageEntry entry, RgbImage image, DataOptions normalisation, OpenShards shards, SkippedImages skipped)
    {
        ImageLimits limits = ImageLimits.Default with { Channels = normalisation.Channels };
        try
        {
            using ImageFile file = shards.Open(entry, limits);
            ImageDecoder.Decode(file.Read(file.Length), image, limits, normalisation.Depth);
            return true;
        }
        catch (ImageException e)
        {
            skipped.Add(entry.Name, e.Message);
            return false;
        }
    }

    private sealed record MeasuredOn
    {
        public string Images { get; init; } = "";
    }

    /// <summary>Collects views until there are enough for a pass through the network.</summary>
    private sealed class Matcher : IDisposable
    {
        private readonly Backbone backbone;
        private readonly PixelNormalisation normalisation;
        private readonly int size;
        private readonly int channels;
        private readonly byte[] pixels;
        private readonly Action<MatchedViews>? each;
        private readonly MatchFilter filter;
        private readonly List<(CropGeometry First, CropGeometry Second, int Image)> waiting = [];
        private int views;

        public Matcher(BackboneSource source, MatchScoreOptions options, Action<MatchedViews>? each, MatchFilter filter)
        {
            (this.each, this.filter) = (each, filter);
            Device device = EvaluationDevice.Choose();
            channels = source.Normalisation.Channels;
            (size, Side) = (options.Size, (options.Size + options.Stride - 1) / options.Stride);
            int pairs = Math.Clamp(PositionsAtOnce / (Side * Side), 1, PairsAtOnce);
            pixels = new byte[pairs * 2 * ViewBytes];
            normalisation = new PixelNormalisation(
                source.Normalisation,
                device,
                TorchRuntime.TypeOf(TorchRuntime.Choose(options.Precision, device)));
            backbone = source.Build(options.Stride);
            backbone.to(device);
        }

        /// <summary>The side of the feature maps.</summary>
        public int Side { get; }

        /// <summary>The buffer for the next view; must be used for exactly one view.</summary>
        public Span<byte> NextView => pixels.AsSpan(views++ * ViewBytes, ViewBytes);

        private int ViewBytes => size * size * channels;

        /// <summary>Adds the two views that were written last, as a pair of the last image.</summary>
        public void Add(List<MatchCounts> counts, CropGeometry first, CropGeometry second, CancellationToken stop)
        {
            waiting.Add((first, second, counts.Count - 1));
            if (views * ViewBytes == pixels.Length)
            {
                stop.ThrowIfCancellationRequested();
                Flush(counts);
            }
        }

        /// <summary>Matches the pairs that are waiting.</summary>
        public void Flush(List<MatchCounts> counts)
        {
            if (views == 0)
            {
                return;
            }

            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            Tensor maps = backbone.forward(normalisation.Apply(pixels.AsSpan(0, views * ViewBytes), size, size)); // (views, C, P, P)
            Tensor features = maps.permute(0, 2, 3, 1).flatten(1, 2).to_type(ScalarType.Float32); // (views, P P, C)
            if (!features.isfinite().all().item<bool>())
            {
                throw new DataException(
                    "The backbone computes numbers from these images that are not finite: "
                    + "its training went wrong, or mean and std do not suit it."
                );
            }

            foreach ((int pair, (CropGeometry first, CropGeometry second, int image)) in waiting.Index())
            {
                (Tensor from, Tensor to) = (features[2 * pair], features[(2 * pair) + 1]);
                Neighbours nearest = Neighbours.Of(from, to);
                counts[image] += ViewMatching.Count(nearest.Positions, first, second, Side);
                each?.Invoke(new MatchedViews(
                    ViewPixels(2 * pair), ViewPixels((2 * pair) + 1), size, Side, filter.Keep(nearest, Neighbours.Of(to, from)), first, second));
            }

            waiting.Clear();
            views = 0;
        }

        private byte[] ViewPixels(int view) => RgbImage.Shown(pixels.AsSpan(view * ViewBytes, ViewBytes), channels);

        public void Dispose()
        {
            backbone.Dispose();
            normalisation.Dispose();
        }
    }
}
