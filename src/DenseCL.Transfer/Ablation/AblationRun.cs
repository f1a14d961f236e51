using System.Diagnostics;
using System.Globalization;
using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training;
using DenseCL.Transfer.Ablation.Tables;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.Definitions;
using DenseCL.Weights;

namespace DenseCL.Transfer.Ablation;

/// <summary>
/// Trains and evaluates every variant with every seed, one after another. Seeds are the outer loop, so an incomplete table compares the
/// same seeds. Known results are not computed again.
/// </summary>
public sealed class AblationRun
{
    private readonly AblationPlan plan;
    private readonly AblationFolder folder;
    private readonly string data;
    private readonly Dictionary<string, (EvaluationDefinition Definition, IEvaluation Evaluation)> evaluations;
    private readonly Dictionary<(ImageLimits Limits, double MaxBadShare), (ImageSource Source, SkippedImages Skipped)> sources = [];
    private readonly List<AblationResult> results = [];
    private readonly List<string> notes = [];
    private readonly List<string> failures = [];

    /// <summary>Checks for errors before any training, and finds existing results. Nothing is written.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="kinds">The available evaluations: <see cref="Evaluations.All"/>, unless the program has others.</param>
    /// <param name="images">The images to train on.</param>
    /// <param name="labelled">The path of the labelled data, for the evaluations.</param>
    /// <param name="folder">The folder of runs, results and tables.</param>
    /// <param name="stop">Ends the checks.</param>
    /// <exception cref="RecipeException">An evaluation or an option is unknown, or a variant does not fit the images.</exception>
    /// <exception cref="DataException">The labelled data or the images cannot be used.</exception>
    /// <exception cref="TrainingException">A checkpoint is damaged.</exception>
    /// <exception cref="WeightFileException">The weights that a variant starts from cannot be read.</exception>
    /// <exception cref="PlatformException">The tensor library does not load, or there is no such device.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public AblationRun(
        AblationPlan plan,
        IReadOnlyList<EvaluationDefinition> kinds,
        ImageSource images,
        string labelled,
        AblationFolder folder,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(kinds);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(folder);
        (this.plan, this.folder) = (plan, folder);
        data = DataFingerprint.Of(labelled);
        evaluations = plan.Evaluations.ToDictionary(
            evaluation => evaluation.Text,
            evaluation => (evaluation.Definition(kinds), evaluation.Create(kinds, labelled, plan.Seeds, notes)),
            StringComparer.Ordinal);
        CheckMachine();
        foreach (AblationVariant variant in plan.Variants.DistinctBy(variant => variant.Recipe.Run.Probe, StringComparer.Ordinal))
        {
            _ = OnlineProbe.Open(variant.Recipe, stop);
        }

        (IReadOnlyList<AblationResult> found, IReadOnlyList<int> damaged) = ResultLog.Read(folder.Results);
        Jobs = [.. plan.Seeds.SelectMany(seed => JobsOf(seed, images, found, stop))];
        results.AddRange(Jobs.SelectMany(job => job.Known));
        Note(found, damaged);
    }

    /// <summary>The runs in their order.</summary>
    public IReadOnlyList<AblationJob> Jobs { get; }

    /// <summary>
    /// What the user should know before it begins, a sentence or two each: results that do not count, runs that are moved away, settings
    /// that are probably not meant.
    /// </summary>
    public IReadOnlyList<string> Notes => notes;

    /// <summary>The runs and evaluations that failed, with the reason; the others were continued.</summary>
    public IReadOnlyList<string> Failures => failures;

    /// <summary>The results so far.</summary>
    public AblationTable Table => AblationTable.Of(plan, results);

    /// <summary>Runs everything that is pending. Every result is written before the next run begins.</summary>
    /// <param name="view">Shows the trainings.</param>
    /// <param name="said">Receives what is done, line by line, on the calling thread; may be null.</param>
    /// <param name="stop">Ends the work; the current run is saved.</param>
    /// <returns>False if it was stopped; <see cref="Failures"/> shows whether there were failures.</returns>
    /// <exception cref="DataException">Too many images cannot be used, or the labelled data are damaged.</exception>
    /// <exception cref="TrainingException">A run folder cannot be used.</exception>
    /// <exception cref="WeightFileException">A checkpoint cannot be written.</exception>
    public bool Run(TrainingView view, IProgress<string>? said, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(view);
        AtomicFile.Replace(folder.Plan, plan.Text);
        WriteTables();
        try
        {
            return Jobs.Where(job => job.Pending.Count > 0).All(job => Do(job, view, said, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string TitleOf(AblationJob job) => string.Create(CultureInfo.InvariantCulture, $"{job.Variant}, seed {job.Seed}");

    private bool Do(AblationJob job, TrainingView view, IProgress<string>? said, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        double? trained = null;
        if (!job.IsUntrained)
        {
            try
            {
                trained = Pretrain(job, view, said, stop);
            }
            catch (DivergedException e)
            {
                // A learning rate that is too high for one variant should not cost the others the night.
                Fail($"{TitleOf(job)}: {e.InnerException!.Message}", said);
                return true;
            }

            if (trained is null)
            {
                return false;
            }
        }

        BackboneSource backbone = job.IsUntrained
            ? BackboneSource.Untrained(job.Recipe.Model.Backbone, job.Seed, job.Recipe.Data)
            : BackboneSource.Open(folder.RunOf(job.Variant, job.Seed));
        foreach (PlannedEvaluation evaluation in job.Pending)
        {
            stop.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            IReadOnlyList<KeyValuePair<string, double>> figures;
            try
            {
                figures = evaluations[evaluation.Text].Evaluation.Measure(backbone, job.Seed, stop);
            }
            catch (TrainingException e)
            {
                Fail($"{TitleOf(job)}: {evaluation.Text}: {e.Message}", said);
                continue;
            }

            AblationResult result = new(
                job.Variant,
                job.Seed,
                evaluation.Text,
                job.RecipeHash,
                SourceOf(job.Recipe).Source.Fingerprint,
                data,
                evaluations[evaluation.Text].Evaluation.Fingerprint,
                figures,
                Stopwatch.GetElapsedTime(start).TotalSeconds,
                trained);
            ResultLog.Append(folder.Results, result);
            results.Add(result);
            WriteTables();
            said?.Report(Describe(job, evaluation, result));
        }

        return true;
    }

    private void Fail(string what, IProgress<string>? said)
    {
        failures.Add(what);
        said?.Report($"{what} The others continue.");
    }

    private static string Describe(AblationJob job, PlannedEvaluation evaluation, AblationResult result) =>
        string.Create(CultureInfo.InvariantCulture, $"{TitleOf(job)}: {evaluation.Text}: ")
        + (result.Figures is [var (name, value), ..] ? $"{name} {TableText.Number(value, value is >= 0 and <= 1)}" : "no figures")
        + string.Create(CultureInfo.InvariantCulture, $", {result.Seconds:F0} s");

    /// <summary>Starts or continues a training; returns its total duration in seconds, null if stopped.</summary>
    private double? Pretrain(AblationJob job, TrainingView view, IProgress<string>? said, CancellationToken stop)
    {
        string path = folder.RunOf(job.Variant, job.Seed);
        if (job.WhyDisplaced is not null)
        {
            said?.Report($"{path} is kept as {Displace(path)}.");
        }

        (ImageSource source, SkippedImages known) = SourceOf(job.Recipe);
        SkippedImages skipped = new();
        foreach ((string file, string reason) in known.Entries)
        {
            skipped.Add(file, reason);
        }

        var probe = OnlineProbe.Open(job.Recipe, stop);
        using RunFolder run = RunFolder.Open(path, resume: File.Exists(Path.Combine(path, "recipe.yaml")));
        using Pretrainer pretrainer = new(job.Recipe, source, skipped, run) { Probe = probe };
        return view(TitleOf(job), progress => Train(pretrainer, progress, stop)) ? TrainingTime.Of(run.Speed) : null;
    }

    private static bool Train(Pretrainer pretrainer, IProgress<PretrainProgress>? progress, CancellationToken stop)
    {
        try
        {
            return pretrainer.Run(progress, stop);
        }
        catch (TrainingException e)
        {
            throw new DivergedException(e);
        }
    }

    private static string Displace(string run)
    {
        string free = Enumerable
            .Range(1, int.MaxValue)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"{run}.old{number}"))
            .First(name => !Path.Exists(name));
        Directory.Move(run, free);
        return free;
    }

    private void WriteTables()
    {
        AblationTable table = Table;
        AtomicFile.Replace(folder.Markdown, TableMarkdown.Of(table));
        AtomicFile.Replace(folder.Csv, TableCsv.Of(table));
        AtomicFile.Replace(folder.Json, table.ToJson());
    }

    private void CheckMachine()
    {
        TorchRuntime.EnsureReady();
        foreach (Recipe recipe in plan.Variants.Select(variant => variant.Recipe))
        {
            TorchRuntime.Choose(recipe.Run.Device);
            if (recipe.Model.Weights is { } weights)
            {
                BackboneFile.Open(weights).Dispose();
            }
        }
    }

    private IEnumerable<AblationJob> JobsOf(ulong seed, ImageSource images, IReadOnlyList<AblationResult> found, CancellationToken stop)
    {
        if (plan.Untrained)
        {
            // Everything that random weights depend on: they are evaluated only once, whatever the training settings are.
            ImageSource source = OpenImages(plan.Variants[0].Recipe, images, stop);
            DataOptions data = plan.Base.Data;
            Recipe start = new()
            {
                Model = new ModelOptions { Backbone = plan.Base.Model.Backbone },
                Data = data.Channels == DataOptions.Rgb
                    ? new DataOptions()
                    : new DataOptions { Channels = data.Channels, Depth = data.Depth, Mean = data.Mean, Std = data.Std },
                Run = new RunOptions { Seed = seed },
            };
            start = Survey.Measured(start, source, stop);
            yield return Job(AblationPlan.UntrainedName, start, start.Hash, 0, found);
        }

        foreach (AblationVariant variant in plan.Variants)
        {
            ImageSource source = OpenImages(variant.Recipe, images, stop);
            Recipe recipe = Resolved(variant, seed, source, stop);
            long steps = (long)recipe.Optim.Epochs!.Value * (source.Entries.Count / recipe.Optim.Batch);
            AblationJob job = Job(variant.Name, recipe, AblationVariant.WhatIsLearned(recipe).Hash, steps, found);
            yield return job.Pending.Count == 0 ? job : WithState(job, source.Fingerprint);
        }
    }

    private AblationJob Job(string variant, Recipe recipe, string hash, long steps, IReadOnlyList<AblationResult> found)
    {
        ImageSource source = SourceOf(recipe).Source;
        Dictionary<string, AblationResult> known = new(StringComparer.Ordinal);
        foreach (AblationResult result in found.Where(result => result.Recipe == hash && evaluations.ContainsKey(result.Evaluation)
            && (steps == 0 || result.Images == source.Fingerprint) && (result.Data is null || result.Data == data) && HasOptionsOf(result)))
        {
            // The hash identifies the recipe; names may have changed since.
            EvaluationDefinition definition = evaluations[result.Evaluation].Definition;
            known[result.Evaluation] = result with
            {
                Variant = variant,
                Figures = [.. result.Figures.Select(figure => KeyValuePair.Create(definition.NameOf(figure.Key), figure.Value))],
            };
        }

        return new AblationJob(
            variant,
            recipe,
            hash,
            source.Entries.Count,
            steps,
            0,
            null,
            [.. known.Values],
            [.. plan.Evaluations.Where(evaluation => !known.ContainsKey(evaluation.Text))]);
    }

    /// <summary>
    /// Whether a result of an evaluation with the same text is still valid: a recipe that the text names may have changed.
    /// </summary>
    private bool HasOptionsOf(AblationResult result) =>
        result.Options is null || result.Options == evaluations[result.Evaluation].Evaluation.Fingerprint;

    private static Recipe Resolved(AblationVariant variant, ulong seed, ImageSource source, CancellationToken stop)
    {
        try
        {
            Recipe recipe = variant.Recipe with { Run = variant.Recipe.Run with { Seed = seed } };
            return Survey.Measured(recipe, source, stop).Resolve(source.Entries.Count);
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"The variant `{variant.Name}`: {e.Message}", e);
        }
    }

    private AblationJob WithState(AblationJob job, string fingerprint)
    {
        string checkpoints = Path.Combine(folder.RunOf(job.Variant, job.Seed), "checkpoints");
        if (!Directory.Exists(checkpoints))
        {
            return job;
        }

        foreach (string file in Directory.EnumerateFiles(checkpoints, "step-*.safetensors").OrderDescending(StringComparer.Ordinal))
        {
            (long done, string? other) = Checkpoint.Look(file, job.Recipe, fingerprint, out string? damage);
            if (damage is null)
            {
                return job with { StepsDone = other is null ? done : 0, WhyDisplaced = other };
            }
        }

        return job;
    }

    private ImageSource OpenImages(Recipe recipe, ImageSource images, CancellationToken stop)
    {
        DataOptions options = recipe.Data;
        var key = (ImageLimits.Of(options), options.MaxBadShare);
        if (!sources.TryGetValue(key, out (ImageSource Source, SkippedImages Skipped) found))
        {
            SkippedImages skipped = new();
            found = (
                images.CheckHeaders(key.Item1, options.Threads ?? Environment.ProcessorCount, options.MaxBadShare, skipped, null, stop),
                skipped);
            sources.Add(key, found);
        }

        return found.Source;
    }

    private (ImageSource Source, SkippedImages Skipped) SourceOf(Recipe recipe) =>
        sources.TryGetValue((ImageLimits.Of(recipe.Data), recipe.Data.MaxBadShare), out var found) ? found : sources.Values.First();

    private void Note(IReadOnlyList<AblationResult> found, IReadOnlyList<int> damaged)
    {
        if (damaged.Count > 0)
        {
            notes.Add(
                $"{folder.Results}: {Lines(damaged.Count)} cannot be read and {(damaged.Count == 1 ? "is" : "are")} skipped: "
                + $"{string.Join(", ", damaged.Select(line => line.ToString(CultureInfo.InvariantCulture)))}."
            );
        }

        ILookup<string, AblationJob> jobs = Jobs.ToLookup(job => job.RecipeHash, StringComparer.Ordinal);
        AblationResult[] stale =
        [
            .. found.Where(result =>
                plan.Names.Contains(result.Variant, StringComparer.Ordinal)
                && plan.Seeds.Contains(result.Seed)
                && evaluations.ContainsKey(result.Evaluation)
                && !Counts(result)),
        ];
        foreach (IGrouping<string, AblationResult> group in stale.GroupBy(Reason, StringComparer.Ordinal))
        {
            string names = string.Join(
                "; ",
                group
                    .Select(result => string.Create(CultureInfo.InvariantCulture, $"{result.Variant}, seed {result.Seed}"))
                    .Distinct(StringComparer.Ordinal));
            notes.Add(
                $"{folder.Results}: {Lines(group.Count())} {(group.Count() == 1 ? "is" : "are")} stale, made {group.Key}, and not used: "
                + $"{names}."
            );
        }

        int others = found.Count(result => !Counts(result)) - stale.Length;
        if (others > 0)
        {
            notes.Add(
                $"{folder.Results}: {Lines(others)} of other variants, seeds or evaluations {(others == 1 ? "is" : "are")} not part of the "
                + $"ablation and not used."
            );
        }

        notes.AddRange(
            Jobs.Where(job => job.WhyDisplaced is not null)
                .Select(job =>
                    $"{folder.RunOf(job.Variant, job.Seed)} contains another run, which will be kept under another name. "
                    + $"{job.WhyDisplaced}"));
        notes.AddRange(plan.Variants.SelectMany(variant => variant.Recipe.Warnings.Select(warning => $"{variant.Name}: {warning}")));

        bool Counts(AblationResult result) =>
            jobs[result.Recipe]
                .Any(job =>
                    job.Known.Any(known =>
                        known.Evaluation == result.Evaluation && known.Images == result.Images && known.Data == result.Data));

        string Reason(AblationResult result) =>
            !jobs.Contains(result.Recipe) ? "by another recipe"
            : result.Data is not null && result.Data != data ? "on other labelled data"
            : !HasOptionsOf(result) ? "with other options of the evaluation"
            : "of other images";
    }

    private static string Lines(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "line" : "lines")}");

    // Thrown within the display itself, to distinguish it from any other failure there.
    private sealed class DivergedException(TrainingException cause) : Exception(cause.Message, cause);
}
