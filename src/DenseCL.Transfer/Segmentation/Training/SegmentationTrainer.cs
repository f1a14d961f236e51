using System.Globalization;
using DenseCL.Models;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training;
using DenseCL.Training.Logs;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Segmentation.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Training;

/// <summary>
/// Trains a segmentation network on labelled images, step by step: the evaluation and the fine-tuning of a model are this same training.
/// </summary>
/// <remarks>The same seed gives the same network to the last bit with the same number of threads.</remarks>
internal sealed class SegmentationTrainer : IDisposable
{
    private readonly SegmentationData data;
    private readonly DataOptions reading;
    private readonly ulong seed;
    private readonly Device device;
    private readonly PixelNormalisation normalisation;
    private readonly SegmentationLearner learner;
    private RunningMean sinceLogged;
    private RunningMean lastTenth;

    /// <param name="data">The labelled images.</param>
    /// <param name="reading">Channels, depth, mean and standard deviation of the images.</param>
    /// <param name="network">Receives what is learned; its heads are initialised here. It is not disposed together with this object.</param>
    /// <param name="options">The protocol, its precision chosen.</param>
    /// <param name="seed">The seed of all random numbers.</param>
    /// <param name="device">The device that computes.</param>
    /// <exception cref="Data.DataException">A mask cannot be read.</exception>
    public SegmentationTrainer(
        SegmentationData data, DataOptions reading, SegmentationNetwork network, SegmentationOptions options, ulong seed, Device device)
    {
        (this.data, this.reading, this.seed, this.device, Options) = (data, reading, seed, device, options);
        Images = data.Labelled(options.Labelled, seed);
        normalisation = new PixelNormalisation(reading, device, TorchRuntime.TypeOf(options.Precision));
        learner = new SegmentationLearner(network, options, ClassBalance.Weights(data, Images, options.ClassWeights), seed, device);
    }

    /// <summary>The images to learn from.</summary>
    public IReadOnlyList<SegmentationImage> Images { get; }

    /// <summary>The protocol.</summary>
    public SegmentationOptions Options { get; }

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>Mean loss of the steps so far that belong to the last tenth of all steps, in nats.</summary>
    public double Loss => lastTenth.Value;

    /// <summary>The tensors of which a checkpoint consists.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => learner.State;

    /// <summary>The numbers of which a checkpoint consists, as text.</summary>
    public IEnumerable<KeyValuePair<string, string>> Notes =>
    [
        new("step", Step.ToString(CultureInfo.InvariantCulture)), new("sinceLogged", sinceLogged.ToString()), new("lastTenth", lastTenth.ToString()),
    ];

    /// <summary>Continues where a checkpoint was made; the tensors of <see cref="State"/> have its values already.</summary>
    /// <param name="notes">What <see cref="Notes"/> was.</param>
    /// <exception cref="FormatException">A number is none.</exception>
    /// <exception cref="KeyNotFoundException">A number is missing.</exception>
    public void Restore(IReadOnlyDictionary<string, string> notes)
    {
        Step = long.Parse(notes["step"], NumberStyles.None, CultureInfo.InvariantCulture);
        sinceLogged = RunningMean.Parse(notes["sinceLogged"]);
        lastTenth = RunningMean.Parse(notes["lastTenth"]);
    }

    /// <summary>Trains to the last step, or until stopped.</summary>
    /// <param name="logEvery">Steps between two that are logged; the last step always is.</param>
    /// <param name="after">Called after every step; false ends the training.</param>
    /// <param name="stop">Ends the training after the current step.</param>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    /// <exception cref="Data.DataException">An image or mask cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Train(int logEvery, Func<TrainedStep, bool> after, CancellationToken stop)
    {
        using SegmentationLoader loader = new(data, Images, Options, reading, seed, Step);
        StepClock clock = new(Options.Batch);
        for (bool goesOn = true; goesOn && Step < Options.Steps;)
        {
            stop.ThrowIfCancellationRequested();
            SegmentationBatch batch = loader.Next(stop);
            clock.BatchArrived();
            double rate = PolyLearningRate.At(Options, Step), loss = TrainStep(batch, rate);
            Step++;
            clock.StepDone();

            sinceLogged.Add(loss);
            if (Step > Options.Steps - Math.Max(1, Options.Steps / 10))
            {
                lastTenth.Add(loss);
            }

            bool logged = Step % logEvery == 0 || Step == Options.Steps;
            TrainedStep done = new(
                Step,
                sinceLogged.Value,
                rate,
                clock.ImagesPerSecond,
                clock.Remaining(Options.Steps - Step),
                logged ? clock.Lap(Step, (int)((((Step * Options.Batch) - 1) / Images.Count) + 1)) : null);
            if (logged)
            {
                sinceLogged = new();
            }

            goesOn = after(done);
            clock.Resume();
        }
    }

    private double TrainStep(SegmentationBatch batch, double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = normalisation.Apply(batch.Pixels, Options.CropHeight, Options.CropWidth);
        Tensor masks = tensor(batch.Labels).view(Options.Batch, Options.CropHeight, Options.CropWidth).to(device).to_type(ScalarType.Int64);
        double loss = learner.Forward(images, masks, Step);
        if (!double.IsFinite(loss))
        {
            throw new TrainingException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The loss is no longer a finite number at step {Step + 1}: {loss}. "
                    + $"Choose a lower learningRate (now {Options.LearningRate}) or headRate, or a longer warmupSteps."
                ));
        }

        learner.Learn(rate);
        return loss;
    }

    public void Dispose()
    {
        learner.Dispose();
        normalisation.Dispose();
    }
}
