using System.Diagnostics;
using System.Globalization;
using DenseCL.Data;
using DenseCL.Data.Loading;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Method;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training.Logs;
using DenseCL.Weights;
using DenseCL.Weights.Tensors.Naming;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Training;

/// <summary>A pre-training run: images in, a run folder with the backbone out.</summary>
/// <remarks>The caller's thread trains, and the loader's threads make views ahead of it.</remarks>
public sealed class Pretrainer : IDisposable
{
    private readonly ImageSource source;
    private readonly SkippedImages skipped;
    private readonly RunFolder folder;
    private readonly MetricsLog log;
    private readonly Device device;
    private readonly DenseContrast method;
    private readonly TrainingStep training;
    private readonly long stepsPerEpoch;
    private readonly int epochs;
    private readonly List<string> damaged = [];
    private long step;

    /// <summary>
    /// Builds the networks, or loads the last checkpoint. Errors in the call are found here, before any training.
    /// </summary>
    /// <param name="recipe">The settings; <c>auto</c> values are fitted to the number of images.</param>
    /// <param name="source">The images; those that <see cref="Usable"/> leaves out are not trained on.</param>
    /// <param name="skipped">The list of unusable images, to which the run adds.</param>
    /// <param name="folder">The run folder, open.</param>
    /// <param name="stop">Ends the reading of the images' headers.</param>
    /// <exception cref="DataException">Too many images cannot be used.</exception>
    /// <exception cref="RecipeException">Settings do not fit each other or the images.</exception>
    /// <exception cref="TrainingException">The checkpoint is damaged or belongs to another run, or the disk is too full.</exception>
    /// <exception cref="Weights.WeightFileException">The weights to start from cannot be loaded.</exception>
    /// <exception cref="PlatformException">The tensor library does not load, or there is no such device.</exception>
    public Pretrainer(Recipe recipe, ImageSource source, SkippedImages skipped, RunFolder folder, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(skipped);
        ArgumentNullException.ThrowIfNull(folder);
        source = Usable(source, recipe.Data, skipped, folder, stop);
        (this.source, this.skipped, this.folder, log) = (source, skipped, folder, new MetricsLog(folder));
        Recipe = Survey.Measured(recipe, source, stop).Resolve(source.Entries.Count);
        Recipe.Validate();
        stepsPerEpoch = source.Entries.Count / Recipe.Optim.Batch;
        epochs = Recipe.Optim.Epochs!.Value;
        Steps = stepsPerEpoch * epochs;

        TorchRuntime.EnsureReady();
        device = TorchRuntime.Choose(Recipe.Run.Device);
        Recipe = Recipe with { Run = Recipe.Run with { Precision = TorchRuntime.Choose(Recipe.Run.Precision, device) } };
        method = new DenseContrast(Recipe, device);
        training = new TrainingStep(method, Recipe.Optim);
        if (folder.FindCheckpoints() is [_, ..] checkpoints)
        {
            (step, int epochsThen) = LoadLast(checkpoints);
            EpochsBefore = epochsThen < epochs ? epochsThen : null;
        }
        else if (Recipe.Model.Weights is { } weights)
        {
            StartedFrom = StartingWeights.Load(weights, method, Recipe.Model.Partial);
        }

        RefuseFullDisk();
        if (File.Exists(folder.Skipped))
        {
            skipped.Read(folder.Skipped);
        }

        log.KeepUntil(step);
        AtomicFile.Replace(folder.Recipe, Recipe.ToString());
        AtomicFile.Replace(folder.Environment, RunEnvironment.Describe(Recipe.Run.Precision, Recipe.Run.Seed, source.Places, device));
    }

    /// <summary>
    /// The images that can be used, by their headers. The constructor calls this; call it before only to know these images earlier.
    /// </summary>
    /// <param name="source">The images.</param>
    /// <param name="data">The limits, the tolerated share of unusable images, and the threads.</param>
    /// <param name="skipped">Receives the unusable images, with the reasons.</param>
    /// <param name="folder">The run folder, open. If too many images are unusable, the list of them is written there.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <exception cref="DataException">Too many images cannot be used.</exception>
    public static ImageSource Usable(
        ImageSource source,
        DataOptions data,
        SkippedImages skipped,
        RunFolder folder,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(skipped);
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            return source.CheckHeaders(
                ImageLimits.Of(data), data.Threads ?? Environment.ProcessorCount, data.MaxBadShare, skipped, null, stop);
        }
        catch (DataException e) when (skipped.Count > 0)
        {
            skipped.Write(folder.Skipped);
            throw new DataException($"{e.Message} All of them are listed in {folder.Skipped}.", e);
        }
    }

    /// <summary>
    /// Checkpoints that could not be read, with the reasons; the run continues from the newest one before them. They are renamed to
    /// <c>….damaged</c>.
    /// </summary>
    public IReadOnlyList<string> Damaged => damaged;

    /// <summary>
    /// The epochs that the run had when its checkpoint was written, if it has more of them now; null otherwise. The schedule is that of all
    /// epochs from here on; the steps before keep the learning rates that they had.
    /// </summary>
    public int? EpochsBefore { get; }

    /// <summary>Every setting as used, without <c>auto</c>.</summary>
    public Recipe Recipe { get; }

    /// <summary>
    /// What was loaded from <c>model.weights</c>; null if the run starts from random weights or continues from a checkpoint.
    /// </summary>
    public LoadReport? StartedFrom { get; }

    /// <summary>
    /// Evaluates the backbone after every <c>run.probeEvery</c> epochs and after the last one: figures by name. It must not change the
    /// network.
    /// </summary>
    public Func<Backbone, CancellationToken, IReadOnlyDictionary<string, double>>? Probe { get; init; }

    /// <summary>
    /// Receives what the user should read: notices, checkpoints that could not be read, images that could not be used, and when the run was
    /// saved; by default nothing does.
    /// </summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Steps in all.</summary>
    public long Steps { get; }

    /// <summary>Steps of an epoch.</summary>
    public long StepsPerEpoch => stepsPerEpoch;

    /// <summary>Steps done; not 0 at the start of a resumed run.</summary>
    public long Step => step;

    /// <summary>Trains to the end, or until stopped. Either way the state is saved.</summary>
    /// <param name="progress">Called after every step, on the training thread.</param>
    /// <param name="stop">Ends the run after the current step, with a checkpoint.</param>
    /// <returns>Whether the run is complete.</returns>
    /// <exception cref="RecipeException">The recipe names a probe, and <see cref="Probe"/> is null.</exception>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    /// <exception cref="DataException">Too many images cannot be used.</exception>
    /// <exception cref="Weights.WeightFileException">A checkpoint cannot be written; the one before is kept.</exception>
    public bool Run(IProgress<PretrainProgress>? progress, CancellationToken stop)
    {
        if (Recipe.Run.Probe is not null && Probe is null)
        {
            throw new RecipeException(
                "run.probe names images, but nothing evaluates with them: "
                + "set Pretrainer.Probe to what OnlineProbe.Open of DenseCL.Transfer returns."
            );
        }

        TrainingEvents.Started(Logger, folder.Path, source.Entries.Count, step, Steps);
        damaged.ForEach(damage => TrainingEvents.Damaged(Logger, damage));
        skipped.Write(folder.Skipped);
        try
        {
            JudgeIfDue(stop);       // the previous run may have been stopped during the evaluation
            if (step < Steps)
            {
                Train(progress, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Save();
            return false;
        }
        catch (DataException)
        {
            Save();     // too many images are unusable, but what was learned so far is sound
            throw;
        }

        Save();
        return true;
    }

    private void Train(IProgress<PretrainProgress>? progress, CancellationToken stop)
    {
        OptimOptions optim = Recipe.Optim;
        using TwoViewLoader loader = new(LoaderOptions());
        using PixelNormalisation normalisation = new(Recipe.Data, device, TorchRuntime.TypeOf(Recipe.Run.Precision));
        StepClock clock = new(optim.Batch);
        TrainingMeter meter = new(Path.GetFileName(folder.Path));
        Notices notices = new();
        long saved = Stopwatch.GetTimestamp();

        foreach (ViewBatch batch in loader.Epochs((int)(step / stepsPerEpoch), (int)(step % stepsPerEpoch), epochs, stop))
        {
            clock.BatchArrived();
            bool logged = (step + 1) % Recipe.Run.LogEvery == 0 || step + 1 == Steps;
            double learningRate = LearningRate.At(optim, step, stepsPerEpoch);
            StepReport report = TrainStep(batch, normalisation, learningRate, logged);
            step++;
            clock.StepDone();
            meter.Record(report, learningRate, optim.Batch);

            int epoch = batch.Epoch + 1;
            if (logged)
            {
                LoggedSpeed speed = clock.Lap(step, epoch);
                meter.Record(speed);
                log.Write(
                    new LoggedMetrics(
                        step,
                        epoch,
                        learningRate,
                        report.Lambda,
                        report.Loss,
                        report.GlobalLoss,
                        report.DenseLoss,
                        method.GlobalQueue.Filled,
                        report.Health),
                    speed);
            }

            JudgeIfDue(stop);
            clock.Resume();
            string? notice = notices.For(step, report, method.GlobalQueue.Filled);
            if (notice is not null)
            {
                TrainingEvents.Noticed(Logger, notice);
            }

            progress?.Report(
                new PretrainProgress(
                    step,
                    Steps,
                    epoch,
                    epochs,
                    learningRate,
                    report,
                    method.GlobalQueue.Filled,
                    clock.ImagesPerSecond,
                    clock.Remaining(Steps - step),
                    logged,
                    notice));

            bool due = step % Recipe.Run.CheckpointEvery == 0 || Stopwatch.GetElapsedTime(saved).TotalMinutes >= Recipe.Run.CheckpointMinutes;
            if (due && step < Steps)
            {
                Save();
                saved = Stopwatch.GetTimestamp();
            }

            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Loads the newest checkpoint that can be read, and renames those that cannot.</summary>
    private (long Step, int Epochs) LoadLast(IReadOnlyList<(long Step, string Path)> checkpoints)
    {
        List<string> unreadable = [];
        foreach ((_, string path) in checkpoints.Reverse())
        {
            (long Step, int Epochs) done = Checkpoint.Load(path, training, Recipe, source.Fingerprint, out string? damage);
            if (damage is null)
            {
                unreadable.ForEach(file => File.Move(file, file + ".damaged", overwrite: true));
                return done;
            }

            unreadable.Add(path);
            damaged.Add(damage);
        }

        throw new TrainingException(
            $"{string.Join(' ', damaged)} There is no other checkpoint. Delete {string.Join(", ", unreadable)} to start from the beginning.");
    }

    /// <summary>At the end of an epoch: evaluates the backbone, if it is time to.</summary>
    private void JudgeIfDue(CancellationToken stop)
    {
        long epoch = step / stepsPerEpoch;
        bool due = Probe is not null && step > 0 && step % stepsPerEpoch == 0 && (epoch % Recipe.Run.ProbeEvery == 0 || step == Steps);
        if (due && !log.Has(step, "probe"))
        {
            log.Write(new LoggedProbe(step, epoch, Probe!(method.QueryEncoder.Backbone, stop)));
        }
    }

    private StepReport TrainStep(ViewBatch batch, PixelNormalisation normalisation, double learningRate, bool measureHealth)
    {
        using DisposeScope scope = NewDisposeScope();
        int size = batch.Size;
        Views views = new(
            normalisation.Apply(batch.Query, size, size),
            normalisation.Apply(batch.Key, size, size),
            [.. batch.QueryGeometry],
            [.. batch.KeyGeometry]);
        batch.Dispose();
        try
        {
            return training.Run(views, step, learningRate, measureHealth);
        }
        catch (TrainingException e)
        {
            log.Write(new LoggedStop(step + 1, (step / stepsPerEpoch) + 1, LossNotFinite: 1));
            throw new TrainingException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{e.Message} {LastCheckpoint()} "
                    + $"Choose a lower optim.learningRate (now {Recipe.Optim.LearningRate}) or a longer optim.warmupSteps, "
                    + $"and start a new run."
                ),
                e);
        }
    }

    private string LastCheckpoint() => folder.FindCheckpoints() is [.., { } last]
        ? string.Create(CultureInfo.InvariantCulture, $"The last good checkpoint, of step {last.Step}, is kept: {last.Path}.")
        : "There is no checkpoint yet.";

    /// <summary>Writes the checkpoint, then the backbone, then deletes the oldest checkpoints beyond the last K.</summary>
    private void Save()
    {
        string path = folder.CheckpointOf(step);
        if (step > 0 && !File.Exists(path))
        {
            Checkpoint.Save(path, training, step, Recipe, source.Fingerprint);
        }

        BackboneFile.Save(folder.Backbone, method.QueryEncoder.Backbone, Recipe, step);
        skipped.Write(folder.Skipped);
        TrainingEvents.Saved(Logger, step, Steps, folder.Path);
        if (skipped.Count > 0)
        {
            TrainingEvents.Skipped(Logger, skipped.Count, folder.Skipped);
        }

        foreach ((_, string old) in folder.FindCheckpoints().SkipLast(Recipe.Run.Keep))
        {
            File.Delete(old);
        }
    }

    private void RefuseFullDisk()
    {
        long needed = Checkpoint.Size(training) * (Recipe.Run.Keep + 2);      // the last K, the one being written, and room for the rest
        long free = new DriveInfo(folder.Path).AvailableFreeSpace;
        if (free < needed)
        {
            throw new TrainingException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The disk of {folder.Path} is too full: {free >> 20} MB are free, "
                    + $"and {Recipe.Run.Keep} checkpoints with room to write another need {needed >> 20} MB. "
                    + $"Make room, choose another folder with --out, or keep fewer checkpoints (run.keep)."
                ));
        }
    }

    private TwoViewLoaderOptions LoaderOptions()
    {
        DataOptions data = Recipe.Data;
        return new TwoViewLoaderOptions
        {
            Source = source,
            Augmentation = data,
            Batch = Recipe.Optim.Batch,
            Seed = Recipe.Run.Seed,
            Threads = data.Threads ?? TwoViewLoader.DefaultThreads,
            Prefetch = data.Prefetch,
            Limits = ImageLimits.Of(data),
            MaxBadShare = data.MaxBadShare,
            Skipped = skipped,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        training.Dispose();
        method.Dispose();
    }
}
