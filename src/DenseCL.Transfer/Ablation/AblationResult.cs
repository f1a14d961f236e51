namespace DenseCL.Transfer.Ablation;

/// <summary>
/// The result of one evaluation of one run: a line of results.jsonl. Nothing in it depends on the machine or the folder.
/// </summary>
/// <param name="Variant">The variant's name, or <see cref="AblationPlan.UntrainedName"/>.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Evaluation">Name and options of the evaluation as written.</param>
/// <param name="Recipe">Hash of the settings that affect what is learned, including the seed.</param>
/// <param name="Images">Fingerprint of the images that were trained on.</param>
/// <param name="Data">Fingerprint of the labelled data; null in lines that do not contain it.</param>
/// <param name="Options">Fingerprint of the evaluation's options, including those of a recipe that it names; null in lines that do not
/// contain it.</param>
/// <param name="Figures">Figures by name, in order; shares as 0 … 1; NaN for what could not be measured.</param>
/// <param name="Seconds">Duration of the evaluation.</param>
/// <param name="TrainingSeconds">Duration of the training over all its sessions, from speed.jsonl; null for untrained weights.</param>
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
