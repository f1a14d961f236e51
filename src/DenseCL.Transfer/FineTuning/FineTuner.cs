using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DenseCL.Data;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training;
using DenseCL.Training.Logs;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Segmentation;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Models;
using DenseCL.Transfer.Segmentation.Network;
using DenseCL.Transfer.Segmentation.Prediction;
using DenseCL.Transfer.Segmentation.Training;
using DenseCL.Weights;
using static TorchSharp.torch;

namespace DenseCL.Transfer.FineTuning;

/// <summary>
/// Fine-tunes a backbone with a head on labelled images and keeps the model: the training of <c>eval segmentation</c>, in a folder that can
/// be resumed.
/// </summary>
/// <remarks>
/// An interrupted and resumed fine-tuning makes the same files to the last bit as one that was not interrupted, with the same number of
/// threads.
/// </remarks>
public sealed class FineTuner : IDisposable
{
    private const int CheckpointsKept = 2;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n" };

    private readonly SegmentationData data;
    private readonly SegmentationData? validation;
    private readonly RunFolder folder;
    private readonly MetricsLog log;
    private readonly Device device;
    private readonly FineTuningStart start;
    private readonly DataOptions reading;
    private readonly SegmentationNetwork network;
    private readonly SegmentationTrainer trainer;
    private readonly List<string> damaged = [];
    private BestState best;

    /// <summary>Builds the network, or loads the last checkpoint. Errors in the call are found here, before any training.</summary>
    /// <param name="data">The images to learn from, and those that the finished model is measured on.</param>
    /// <param name="validation">Its test images are measured on during the training; null for none.</param>
    /// <param name="source">The backbone to start from; may be null if a checkpoint is in the folder.</param>
    /// <param name="options">The protocol.</param>
    /// <param name="folder">The folder of the model, open.</param>
    /// <exception cref="RecipeException">Settings contradict each other, or are not those that the folder's fine-tuning began
    /// with.</exception>
    /// <exception cref="DataException">An image or mask cannot be read.</exception>
    /// <exception cref="TrainingException">The checkpoints cannot be read or belong to other images, or the disk is too full.</exception>
    /// <exception cref="WeightFileException">There is no backbone to start from.</exception>
    /// <exception cref="PlatformException">The tensor library does not load.</exception>
    public FineTuner(
        SegmentationData data, SegmentationData? validation, BackboneSource? source, FineTuningOptions options, RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(folder);
        (this.data, this.validation, this.folder, log) = (data, validation, folder, new MetricsLog(folder));
        options.Validate();
        SegmentationCrop.RefuseLarge(options, data.Train);
        TorchRuntime.EnsureReady();
        device = EvaluationDevice.Choose();
        Options = options with { Precision = TorchRuntime.Choose(options.Precision, device) };
        IReadOnlyList<(long Step, string Path)> checkpoints = folder.FindCheckpoints();
        RefuseOtherSettings(checkpoints.Count > 0);

        string fingerprint = FineTuningStart.FingerprintOf(data, validation);
        (string Path, FineTuningStart Start)? last = Newest(checkpoints);
        start = last?.Start ?? FineTuningStart.Of(
            source ?? throw new WeightFileException("Which weights? Give the backbone to start from with --weights."), fingerprint);
        if (start.Data != fingerprint)
        {
            throw new TrainingException(
                $"The labelled images are not those that the fine-tuning in {folder.Path} began with: files, splits or classes were changed. "
                + "Restore them, or start anew with another --out.");
        }

        reading = start.Reading();
        network = new SegmentationNetwork(
            last is null ? source!.Build(Options.OutputStride) : Backbone.Create(start.Network, Options.OutputStride, reading.Channels),
            Options,
            data.ClassNames.Count);
        trainer = new SegmentationTrainer(data, reading, network, Options, Options.Seed, device);
        best = last is { } checkpoint ? FineTuningCheckpoint.Load(checkpoint.Path, trainer) : default;
        RefuseFullDisk();
        log.KeepUntil(trainer.Step);
        AtomicFile.Replace(folder.Recipe, FineTuningRecipes.Text(Options));
        AtomicFile.Replace(
            folder.Environment,
            RunEnvironment.Describe(Options.Precision, Options.Seed, [.. data.Train.Take(1).Select(image => Path.GetDirectoryName(image.ImagePath)!)], device));
        if (last is null)
        {
            Save();     // from now on the weights that it starts from are no longer needed
        }
    }

    /// <summary>Every setting as used.</summary>
    public FineTuningOptions Options { get; }

    /// <summary>Steps in all.</summary>
    public long Steps => Options.Steps;

    /// <summary>Steps done; not 0 at the start of a resumed fine-tuning.</summary>
    public long Step => trainer.Step;

    /// <summary>How many images are learned from.</summary>
    public int Images => trainer.Images.Count;

    /// <summary>Checkpoints that could not be read, with the reasons; they are renamed to <c>….damaged</c>.</summary>
    public IReadOnlyList<string> Damaged => damaged;

    /// <summary>Trains to the end, or until stopped. Either way the state is saved.</summary>
    /// <param name="progress">Called after every step and every measured image.</param>
    /// <param name="stop">Ends the training after the current step, with a checkpoint.</param>
    /// <returns>What it came to; null if it was stopped.</returns>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    /// <exception cref="DataException">An image or mask can no longer be read.</exception>
    /// <exception cref="WeightFileException">A checkpoint cannot be written; the one before is kept.</exception>
    public FineTuningResult? Run(IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        long begun = Stopwatch.GetTimestamp();
        try
        {
            bool goesOn = MeasureIfDue(progress, stop);       // the previous process may have been stopped during the measurement
            if (goesOn && Step < Steps)
            {
                Train(progress, stop);
            }

            Save();
            return Finish(progress, Stopwatch.GetElapsedTime(begun), stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Save();
            return null;
        }
        catch (DataException)
        {
            Save();     // what was learned so far is sound
            throw;
        }
    }

    private void Train(IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        SegmentationTold? told = progress is null ? null : new SegmentationTold(progress);
        long saved = Stopwatch.GetTimestamp();
        try
        {
            trainer.Train(Options.LogEvery, After, stop);
        }
        catch (TrainingException e)
        {
            log.Write(new LoggedStop(Step + 1, (int)EpochOf(Step + 1), LossNotFinite: 1));
            throw new TrainingException($"{e.Message} {LastCheckpoint()}", e);
        }

        bool After(TrainedStep done)
        {
            if (done.Speed is { } speed)
            {
                log.Write(new LoggedStep(done.Step, EpochOf(done.Step), done.LearningRate, done.Loss), speed);
            }

            told?.Report(SegmentationProgress.Of(done, Steps));
            bool goesOn = MeasureIfDue(progress, stop);
            if (Step < Steps
                && (Step % Options.CheckpointEvery == 0 || Stopwatch.GetElapsedTime(saved).TotalMinutes >= Options.CheckpointMinutes))
            {
                Save();
                saved = Stopwatch.GetTimestamp();
            }

            return goesOn;
        }
    }

    /// <summary>Measures on the validation images, if it is time to.</summary>
    /// <returns>Whether the training goes on.</returns>
    private bool MeasureIfDue(IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        if (validation is null)
        {
            return true;
        }

        bool due = Step > 0 && (Step % Options.MeasureEvery == 0 || Step == Steps);
        if (due && best.LastStep < Step)
        {
            ConfusionMatrix confusion = Measure(network, validation, progress, "val", stop);
            best = best.After(Step, confusion.MeanIoU);
            if (!log.Has(Step, "val"))
            {
                log.Write(new LoggedValidation(Step, EpochOf(Step), SegmentationReport.Figures(confusion).ToDictionary(
                    figure => figure.Key, figure => double.IsFinite(figure.Value) ? (double?)figure.Value : null, StringComparer.Ordinal)));
            }

            bool isBest = best.Step == Step;
            if (isBest)
            {
                SegmentationModel.Save(BestPath, network, Notes(Step, best.MeanIoU));
            }

            string text = FormattableString.Invariant(
                $"val mIoU {100 * confusion.MeanIoU:F1} %{(isBest ? ", the best so far" : $"; the best is {100 * best.MeanIoU:F1} % at step {best.Step}")}");
            progress?.Report(new EvaluationProgress("train", Step, Steps, text, FormattableString.Invariant($"step {Step}/{Steps}  {text}")));
        }

        return Options.Patience is not { } patience || best.Since < patience;
    }

    private FineTuningResult Finish(IProgress<EvaluationProgress>? progress, TimeSpan trained, CancellationToken stop)
    {
        long begun = Stopwatch.GetTimestamp();
        ConfusionMatrix last = Measure(network, data, progress, "test", stop);
        SegmentationResult result = new(
            last, data.ClassNames, Options, Options.Seed, Images, data.Test.Count, trainer.Loss, trained, Stopwatch.GetElapsedTime(begun));
        IReadOnlyList<KeyValuePair<string, double>>? figures = null;
        if (best.Step > 0 && best.Step != Step)
        {
            using SegmentationModel model = SegmentationModel.Open(BestPath);
            model.Network.To(device);
            figures = SegmentationReport.Figures(Measure(model.Network, data, progress, "test, best state", stop));
        }

        FineTuningResult finished = new(
            SegmentationReport.Of($"{folder.Path}, last state", result),
            best.Step > 0 ? best : null,
            figures,
            Step,
            EndedEarly: Step < Steps);
        AtomicFile.Replace(Path.Combine(folder.Path, "figures.json"), JsonSerializer.Serialize(finished.ForJson, Readable) + "\n");
        return finished;
    }

    private ConfusionMatrix Measure(
        SegmentationNetwork measured, SegmentationData on, IProgress<EvaluationProgress>? progress, string part, CancellationToken stop)
    {
        using SegmentationPredictor predictor = new(measured, Options, reading, device);
        return predictor.Measure(
            on, on.Test, Options.LogEvery, progress is null ? null : new SegmentationTold(progress, part), predictions: null, stop);
    }

    /// <summary>Writes the checkpoint, then the model, then deletes the oldest checkpoints.</summary>
    private void Save()
    {
        string path = folder.CheckpointOf(Step);
        FineTuningCheckpoint.Save(path, trainer, best, start);
        SegmentationModel.Save(LastPath, network, Notes(Step, best.LastStep == Step && best.Step == Step && Step > 0 ? best.MeanIoU : null));
        foreach ((_, string old) in folder.FindCheckpoints().SkipLast(CheckpointsKept))
        {
            File.Delete(old);
        }
    }

    /// <summary>The newest checkpoint that can be read; those that cannot are renamed.</summary>
    private (string Path, FineTuningStart Start)? Newest(IReadOnlyList<(long Step, string Path)> checkpoints)
    {
        List<string> unreadable = [];
        foreach ((_, string path) in checkpoints.Reverse())
        {
            try
            {
                FineTuningStart found = FineTuningCheckpoint.Look(path);
                unreadable.ForEach(file => File.Move(file, file + ".damaged", overwrite: true));
                return (path, found);
            }
            catch (TrainingException e)
            {
                unreadable.Add(path);
                damaged.Add(e.Message);
            }
        }

        return unreadable.Count == 0 ? null : throw new TrainingException(
            $"{string.Join(' ', damaged)} There is no other checkpoint. Delete {string.Join(", ", unreadable)} to start from the beginning.");
    }

    private void RefuseOtherSettings(bool hasCheckpoints)
    {
        if (!hasCheckpoints || !File.Exists(folder.Recipe))
        {
            return;
        }

        IReadOnlyList<string> differences = FineTuningRecipes.Differences(FineTuningRecipes.Read(folder.Recipe), Options);
        if (differences.Count > 0)
        {
            throw new RecipeException(
                $"The fine-tuning in {folder.Path} began with other settings: {string.Join("; ", differences)}. "
                + "Resume with its own settings, or start anew with another --out.");
        }
    }

    private void RefuseFullDisk()
    {
        long needed = FineTuningCheckpoint.Size(trainer) * (CheckpointsKept + 2);      // the last, the one being written, and two models
        long free = new DriveInfo(folder.Path).AvailableFreeSpace;
        if (free < needed)
        {
            throw new TrainingException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The disk of {folder.Path} is too full: {free >> 20} MB are free, and checkpoints and models need {needed >> 20} MB. "
                    + $"Make room, or choose another folder with --out."
                ));
        }
    }

    private string LastCheckpoint() => folder.FindCheckpoints() is [.., var last]
        ? string.Create(CultureInfo.InvariantCulture, $"The last good checkpoint, of step {last.Step}, is kept: {last.Path}.")
        : "There is no checkpoint yet.";

    private ModelNotes Notes(long step, double? val) => new(start.Network, data.ClassNames, reading, Options, step, val);

    private long EpochOf(long step) => (((step * Options.Batch) - 1) / Images) + 1;

    private string BestPath => Path.Combine(folder.Path, "best.safetensors");

    private string LastPath => Path.Combine(folder.Path, "last.safetensors");

    /// <inheritdoc/>
    public void Dispose()
    {
        trainer.Dispose();
        network.Dispose();
    }
}
