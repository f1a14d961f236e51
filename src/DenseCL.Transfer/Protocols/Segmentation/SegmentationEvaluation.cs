using System.Diagnostics;
using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Reports;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Network;
using DenseCL.Transfer.Segmentation.Prediction;
using DenseCL.Transfer.Segmentation.Training;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Protocols.Segmentation;

/// <summary>
/// The paper's segmentation: a fully convolutional network on the backbone is fine-tuned on labelled images and evaluated on others by
/// mIoU.
/// </summary>
/// <remarks>The same seed gives the same figures to the last digit with the same number of threads.</remarks>
public sealed class SegmentationEvaluation : IEvaluation
{
    private const int LogEvery = 20;

    private readonly SegmentationData data;
    private readonly SegmentationOptions options;

    /// <summary>Checks the protocol against the data.</summary>
    /// <param name="data">Training and test images.</param>
    /// <param name="options">The protocol.</param>
    /// <exception cref="RecipeException">Settings contradict each other, or crops are larger than all images.</exception>
    /// <exception cref="DataException">An image cannot be read.</exception>
    public SegmentationEvaluation(SegmentationData data, SegmentationOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (this.data, this.options) = (data, options);
        SegmentationCrop.RefuseLarge(options, data.Train);
    }

    /// <summary>A new folder into which <see cref="Report"/> writes the predictions; null for none.</summary>
    public string? Predictions { get; init; }

    /// <inheritdoc/>
    public string Name => "segmentation";

    /// <inheritdoc/>
    public string Fingerprint => OptionsFingerprint.With(OptionsFingerprint.Of(options), data.Meaning);

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop) =>
        SegmentationReport.Figures(Run(backbone, seed, stop: stop).Confusion);

    /// <inheritdoc/>
    public EvaluationReport Report(BackboneSource backbone, ulong seed, IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        SegmentationTold? told = progress is null ? null : new SegmentationTold(progress);
        SegmentationResult result = Predictions is { } folder
            ? PredictionFolder.Write(folder, draw => Run(backbone, seed, told, draw, stop))
            : Run(backbone, seed, told, stop: stop);
        return SegmentationReport.Of(backbone.Name, result);
    }

    /// <summary>Fine-tunes and measures.</summary>
    /// <param name="source">The weights.</param>
    /// <param name="seed">The seed of all random numbers.</param>
    /// <param name="progress">Called after every step and image, on the caller's thread.</param>
    /// <param name="predictions">Receives the prediction for each test image; null for none.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="DenseCL.Training.TrainingException">The loss is no longer a number.</exception>
    /// <exception cref="DataException">An image or mask cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SegmentationResult Run(
        BackboneSource source,
        ulong seed,
        IProgress<SegmentationProgress>? progress = null,
        Action<SegmentationImage, RgbImage, Mask>? predictions = null,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        Device device = EvaluationDevice.Choose();
        SegmentationOptions chosen = options with { Precision = TorchRuntime.Choose(options.Precision, device) };
        using SegmentationNetwork network = new(source.Build(chosen.OutputStride), chosen, data.ClassNames.Count);
        long start = Stopwatch.GetTimestamp();
        (double loss, int learnedFrom) = Train();
        TimeSpan trained = Stopwatch.GetElapsedTime(start);
        using SegmentationPredictor predictor = new(network, chosen, source.Normalisation, device);
        ConfusionMatrix confusion = predictor.Measure(data, data.Test, LogEvery, progress, predictions, stop);
        return new SegmentationResult(
            confusion,
            data.ClassNames,
            chosen,
            seed,
            learnedFrom,
            data.Test.Count,
            loss,
            trained,
            Stopwatch.GetElapsedTime(start) - trained);

        (double Loss, int Images) Train()
        {
            using SegmentationTrainer trainer = new(data, source.Normalisation, network, chosen, seed, device);
            trainer.Train(LogEvery, Report, stop);
            return (trainer.Loss, trainer.Images.Count);
        }

        bool Report(TrainedStep done)
        {
            progress?.Report(SegmentationProgress.Of(done, chosen.Steps));
            return true;
        }
    }
}
