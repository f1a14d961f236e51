using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Labelled.Masks;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Reports;
using DenseCL.Transfer.Solvers;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Protocols.DenseProbe;

/// <summary>
/// The cheapest sound test: a linear classifier of single positions on the frozen feature map. It is fitted on labelled images and
/// evaluated on others, pixel by pixel at the size of their masks.
/// </summary>
public sealed class DenseProbeEvaluation : IEvaluation
{
    private readonly SegmentationData data;
    private readonly DenseProbeOptions options;

    /// <summary>The evaluation.</summary>
    /// <param name="data">The labelled images.</param>
    /// <param name="options">The settings; the defaults if null.</param>
    public DenseProbeEvaluation(SegmentationData data, DenseProbeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        (this.data, this.options) = (data, options ?? new());
    }

    /// <inheritdoc/>
    public string Name => "dense-probe";

    /// <inheritdoc/>
    public string Fingerprint => OptionsFingerprint.With(OptionsFingerprint.Of(options), data.Meaning);

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop) =>
        Figures(Evaluate(backbone, seed, progress: null, stop).Confusion);

    /// <inheritdoc/>
    public EvaluationReport Report(BackboneSource backbone, ulong seed, IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        (LogisticRegression probe, ConfusionMatrix confusion) = Evaluate(backbone, seed, progress, stop);
        IReadOnlyList<double> ious = confusion.PerClassIoU;
        int labelled = data.CountLabelled(options.Labelled);
        string slow = FormattableString.Invariant(
            $"The classifier stopped after {probe.Iterations} steps, before its optimum (gradient {probe.GradientNorm:G2}); a larger --l2 has one that is reached sooner."
        );
        return new EvaluationReport
        {
            Figures = Figures(confusion),
            Tables = [new(["class", "IoU"], [.. data.ClassNames.Select((name, c) => (IReadOnlyList<string>)[name, EvaluationReport.Percent(ious[c])])])],
            Lines =
            [
                $"mIoU {EvaluationReport.Percent(confusion.MeanIoU)}, pixel accuracy {EvaluationReport.Percent(confusion.PixelAccuracy)}",
                FormattableString.Invariant(
                    $"{backbone.Name}, stride {options.Stride}, {(options.AllStages ? "all stages" : "last stage")}: learned from {labelled:N0} images, measured on {data.Test.Count:N0}, {data.ClassNames.Count} classes ({data.Layout}); seed {seed}."
                ),
            ],
            Warnings = probe.Converged ? [] : [slow],
            Classes = [.. data.ClassNames.Select((name, c) => new ClassFigures(name, [new("iou", ious[c])]))],
            Facts =
            [
                new("trainImages", labelled),
                new("testImages", data.Test.Count),
                new("steps", probe.Iterations),
                new("converged", probe.Converged),
                new("classIoU", data.ClassNames.Select((name, c) => new { @class = name, iou = EvaluationReport.Finite(ious[c]) })),
            ],
        };
    }

    /// <summary>Fits the classifier and counts its predictions.</summary>
    /// <param name="backbone">The weights.</param>
    /// <param name="seed">Chooses the labelled images, if not all are used, and the positions in each.</param>
    /// <param name="progress">Called after each image; may be null.</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>The classifier, and the confusion matrix over every pixel of the test images.</returns>
    /// <exception cref="DataException">An image cannot be read, or is too small or too much enlarged for a map, no label counts, or the
    /// features are not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public (LogisticRegression Probe, ConfusionMatrix Confusion) Evaluate(
        BackboneSource backbone,
        ulong seed,
        IProgress<EvaluationProgress>? progress,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<SegmentationImage> labelled = data.Labelled(options.Labelled, seed);
        using FeatureMaps maps = new(
            backbone,
            new FeatureMapOptions
            {
                Stride = options.Stride,
                AllStages = options.AllStages,
                ShortSide = options.ShortSide,
                Precision = options.Precision,
            });
        LogisticRegression probe = Fit(maps, labelled, seed, progress, stop);

        ConfusionMatrix confusion = new(data.ClassNames.Count);
        for (int i = 0; i < data.Test.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            Count(probe, maps, data.Test[i], confusion);
            progress?.Report(EvaluationProgress.OfFeatures("test", i, i + 1, data.Test.Count));
        }

        return (probe, confusion);
    }

    private static KeyValuePair<string, double>[] Figures(ConfusionMatrix confusion) =>
        [new("meanIoU", confusion.MeanIoU), new("pixelAccuracy", confusion.PixelAccuracy)];

    private LogisticRegression Fit(
        FeatureMaps maps,
        IReadOnlyList<SegmentationImage> labelled,
        ulong seed,
        IProgress<EvaluationProgress>? progress,
        CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> features = [], labels = [];
        int each = Math.Max(1, options.Positions / labelled.Count);
        for (int i = 0; i < labelled.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope image = NewDisposeScope();
            Tensor map = MapOf(maps, labelled[i]);                                                          // (1, C, h, w)
            long[] classes = LabelsOf(labelled[i], (int)map.shape[3], (int)map.shape[2]);                   // (h w)
            long[] positions = [.. Enumerable.Range(0, classes.Length).Where(p => classes[p] != GridLabels.Ignore).Select(p => (long)p)];
            if (positions.Length > each)
            {
                int[] order = new CounterRandom(seed, (ulong)RandomPurpose.ProbePositions, (ulong)i).Permutation(positions.Length);
                positions = [.. order.Take(each).Order().Select(p => positions[p])];
            }

            Tensor rows = map.permute(0, 2, 3, 1).flatten(0, 2).index_select(0, tensor(positions, device: map.device)); // (≤ each, C)
            features.Add(rows.MoveToOuterDisposeScope());
            labels.Add(tensor([.. positions.Select(p => classes[p])], ScalarType.Int64, device: map.device).MoveToOuterDisposeScope());
            progress?.Report(EvaluationProgress.OfFeatures("train", i, i + 1, labelled.Count));
        }

        Tensor all = cat(features), classesOf = cat(labels);
        if (classesOf.numel() == 0)
        {
            throw new DataException(
                $"No position of the {labelled.Count} labelled images has a label that counts: there is nothing to learn. Take more images."
            );
        }

        return all.isfinite().all().item<bool>()
            ? LogisticRegression.Fit(all, classesOf, data.ClassNames.Count, options.Probe, stop)
            : throw new DataException(
                "The backbone makes numbers of these images that are not finite: its training went wrong, or mean and std do not suit it.");
    }

    private void Count(LogisticRegression probe, FeatureMaps maps, SegmentationImage image, ConfusionMatrix confusion)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Mask mask = data.ReadMask(image);
        Tensor map = MapOf(maps, image);
        (long height, long width) = (map.shape[2], map.shape[3]);
        Tensor scores = probe.Scores(map.permute(0, 2, 3, 1).flatten(0, 2)).view(1, height, width, -1).permute(0, 3, 1, 2); // (1, K, h, w)
        Tensor pixels = nn
            .functional.interpolate(scores, [mask.Height, mask.Width], mode: InterpolationMode.Bilinear, align_corners: false)
            .argmax(1);
        confusion.Add([.. mask.Values.Select(value => (long)value)], pixels.cpu().data<long>().ToArray());
    }

    private static Tensor MapOf(FeatureMaps maps, SegmentationImage image)
    {
        try
        {
            return maps.Of(image.ImagePath);
        }
        catch (ImageException e)
        {
            throw new DataException(e.Message, e);
        }
    }

    private long[] LabelsOf(SegmentationImage image, int gridWidth, int gridHeight)
    {
        Mask mask = data.ReadMask(image);
        return gridWidth <= mask.Width && gridHeight <= mask.Height
            ? GridLabels.Majority(mask.Values, mask.Width, mask.Height, gridWidth, gridHeight)
            : throw new DataException(
                $"{image.ImagePath} is {mask.Width} × {mask.Height}: "
                + $"enlarged as requested, its feature map would have more positions than its mask has pixels. Choose a smaller short side."
            );
    }
}
