using System.Diagnostics;
using System.Globalization;
using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Models;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training;
using DenseCL.Training.Logs;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Reports;
using DenseCL.Transfer.Protocols.Segmentation.Network;
using TorchSharp;
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
        RefuseLargeCrops();
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
        Told? told = progress is null ? null : new Told(progress);
        SegmentationResult result = Predictions is { } folder
            ? PredictionFolder.Write(folder, draw => Run(backbone, seed, told, draw, stop))
            : Run(backbone, seed, told, stop: stop);
        return SegmentationReport.Of(backbone, result);
    }

    /// <summary>Fine-tunes and measures.</summary>
    /// <param name="source">The weights.</param>
    /// <param name="seed">The seed of all random numbers.</param>
    /// <param name="progress">Called after every step and image, on the caller's thread.</param>
    /// <param name="predictions">Receives the prediction for each test image; null for none.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
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
        IReadOnlyList<SegmentationImage> images = data.Labelled(chosen.Labelled, seed);
        using PixelNormalisation normalisation = new(source.Normalisation, device, TorchRuntime.TypeOf(chosen.Precision));
        using Fcn network = new(source.Build(chosen.OutputStride), chosen, data.ClassNames.Count, seed, device);

        long start = Stopwatch.GetTimestamp();
        double loss;
        using (SegmentationLoader loader = new(data, images, chosen, source.Normalisation, seed))
        {
            loss = Train(network, loader, normalisation, device, progress, stop);
        }

        TimeSpan trained = Stopwatch.GetElapsedTime(start);
        ConfusionMatrix confusion = Test(network, normalisation, source.Normalisation, progress, predictions, stop);
        return new SegmentationResult(
            confusion,
            data.ClassNames,
            chosen,
            seed,
            images.Count,
            data.Test.Count,
            loss,
            trained,
            Stopwatch.GetElapsedTime(start) - trained);
    }

    private double Train(
        Fcn network,
        SegmentationLoader loader,
        PixelNormalisation normalisation,
        Device device,
        IProgress<SegmentationProgress>? progress,
        CancellationToken stop)
    {
        StepClock clock = new(options.Batch);
        List<double> since = [], last = [];
        for (int step = 0; step < options.Steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            SegmentationBatch batch = loader.Next(stop);
            clock.BatchArrived();
            double rate = PolyLearningRate.At(options, step), loss = TrainStep(network, batch, normalisation, device, step, rate);
            clock.StepDone();

            since.Add(loss);
            if (step >= options.Steps - Math.Max(1, options.Steps / 10))
            {
                last.Add(loss);
            }

            bool logged = (step + 1) % LogEvery == 0 || step + 1 == options.Steps;
            progress?.Report(
                new SegmentationProgress(
                    Testing: false,
                    step + 1,
                    options.Steps,
                    since.Average(),
                    rate,
                    clock.ImagesPerSecond,
                    clock.Remaining(options.Steps - step - 1),
                    logged));
            if (logged)
            {
                since.Clear();
                _ = clock.Lap(step + 1, 0);
            }
        }

        return last.Average();
    }

    private double TrainStep(Fcn network, SegmentationBatch batch, PixelNormalisation normalisation, Device device, int step, double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = normalisation.Apply(batch.Pixels, options.CropHeight, options.CropWidth);
        Tensor masks = tensor(batch.Labels).view(options.Batch, options.CropHeight, options.CropWidth).to(device).to_type(ScalarType.Int64);
        double loss = network.Forward(images, masks, step);
        if (!double.IsFinite(loss))
        {
            throw new TrainingException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The loss is no longer a finite number at step {step + 1}: {loss}. "
                    + $"Choose a lower learningRate (now {options.LearningRate}) or headRate, or a longer warmupSteps."
                ));
        }

        network.Learn(rate);
        return loss;
    }

    private ConfusionMatrix Test(
        Fcn network,
        PixelNormalisation normalisation,
        DataOptions reading,
        IProgress<SegmentationProgress>? progress,
        Action<SegmentationImage, RgbImage, Mask>? predictions,
        CancellationToken stop)
    {
        ConfusionMatrix confusion = new(data.ClassNames.Count);
        StepClock clock = new(1);
        Scratch scratch = new();
        RgbImage image = new();
        for (int i = 0; i < data.Test.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            Mask mask = SegmentationLoader.Read(data, data.Test[i], image, reading);
            clock.BatchArrived();
            long[] predicted = Predict(network, normalisation, image, scratch, stop);
            confusion.Add([.. mask.Values.Select(label => (long)label)], predicted);
            predictions?.Invoke(data.Test[i], image, mask with { Values = [.. predicted.Select(label => (byte)label)] });
            clock.StepDone();

            bool logged = (i + 1) % LogEvery == 0 || i + 1 == data.Test.Count;
            progress?.Report(
                new SegmentationProgress(
                    Testing: true,
                    i + 1,
                    data.Test.Count,
                    double.NaN,
                    0,
                    clock.ImagesPerSecond,
                    clock.Remaining(data.Test.Count - i - 1),
                    logged));
        }

        return confusion;
    }

    /// <summary>(Height · Width) of the original image: the most probable class of each pixel.</summary>
    private long[] Predict(Fcn network, PixelNormalisation normalisation, RgbImage image, Scratch scratch, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        (int width, int height) = SegmentationCrop.Resized(image.Width, image.Height, options.ShortSide);
        byte[] pixels = new byte[width * height * image.Channels];
        Resample.ResizedCrop(image, 0, 0, image.Width, image.Height, pixels, width, height, scratch);
        Tensor input = normalisation.Apply(pixels, height, width);

        // A whole image is a single window, whatever its size.
        (int Height, int Width) window = options.Test == TestMode.Slide ? (options.CropHeight, options.CropWidth) : (height, width);
        (int Down, int Across) stride = options.SlideStride is { } given
            ? (given, given)
            : (((2 * window.Height) + 2) / 3, ((2 * window.Width) + 2) / 3);
        Tensor logits = SlidingWindow.Logits(network.Logits, input, window, stride, stop);
        return SegmentationLoss.Classes(logits, image.Height, image.Width);
    }

    /// <summary>
    /// A crop that is larger than every image at its largest scale would always be padded: one of the sizes must be a mistake.
    /// </summary>
    private void RefuseLargeCrops()
    {
        (int width, int height) = (0, 0);
        foreach (SegmentationImage image in data.Train)
        {
            ImageHeader header = ImageDecoder.ReadHeader(image.ImagePath, ImageLimits.Default);
            (int w, int h) = SegmentationCrop.Resized(header.Width, header.Height, options.ShortSide, options.Scale.High);
            (width, height) = (Math.Max(width, w), Math.Max(height, h));
            if (width >= options.CropWidth && height >= options.CropHeight)
            {
                return;
            }
        }

        throw new RecipeException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"cropWidth × cropHeight is {options.CropWidth} × {options.CropHeight}, "
                + $"but the images have at most {width} × {height} pixels after shortSide and the largest scale: "
                + $"every crop would be padded. Choose smaller crops or a larger shortSide."
            ));
    }

    private sealed class Told(IProgress<EvaluationProgress> to) : IProgress<SegmentationProgress>
    {
        public void Report(SegmentationProgress value)
        {
            string text = value.Testing
                ? FormattableString.Invariant($"test {value.Done}/{value.Total}  {value.ImagesPerSecond:F1} images/s")
                : FormattableString.Invariant(
                    $"step {value.Done}/{value.Total}  loss {value.Loss:F3}  lr {value.LearningRate:G3}  {value.ImagesPerSecond:F1} images/s"
                );
            string? line = value.Logged ? $"{text}  {SegmentationReport.Time(value.Remaining)} left" : null;
            to.Report(new EvaluationProgress(value.Testing ? "test" : "train", value.Done, value.Total, text, line));
        }
    }
}
