namespace DenseCL.Transfer.Ablation;

/// <summary>
/// What one evaluation measured of one run: a line of results.jsonl. Nothing in it depends on where on which machine it was measured.
/// </summary>
/// <param name="Variant">The variant's name, or <see cref="AblationPlan.UntrainedName"/>.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Evaluation">Name and options of the evaluation as written.</param>
/// <param name="Recipe">Hash of the settings that have a part in what is learned, with the seed.</param>
/// <param name="Images">Fingerprint of the images that were trained on.</param>
/// <param name="Data">Fingerprint of the labelled data; null in lines that do not say it.</param>
/// <param name="Options">Fingerprint of the evaluation's options, those of a recipe that it names among them; null in lines that do not say
/// it.</param>
/// <param name="Figures">Figures by name, in order; shares as 0 … 1; NaN for what could not be measured.</param>
/// <param name="Seconds">What the evaluation took.</param>
/// <param name="TrainingSeconds">What the training took in all its sessions, from speed.jsonl; null for untrained weights.</param>
public sealed record AblationResult(
    string Variant,
    ulong Seed,
    string Evaluation,
    string Recipe,
    string Images,
    string? Data,
    string? Options,
    IReadOnlyList<KeyValuePair<string, double>> Figures,
    double Seconds,
    double? TrainingSeconds);
