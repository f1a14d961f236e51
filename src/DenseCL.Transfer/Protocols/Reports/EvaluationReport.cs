using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DenseCL.Platform;
using DenseCL.Transfer.Features;

namespace DenseCL.Transfer.Protocols.Reports;

/// <summary>The result of an evaluation: figures for programs, tables and lines for readers.</summary>
public sealed record EvaluationReport
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Figures by name; backbones are compared by the first.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> Figures { get; init; }

    /// <summary>The figures for readers; if there are none, the figures are shown as they are.</summary>
    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>The figures of each class, if the evaluation has any.</summary>
    public IReadOnlyList<ClassFigures> Classes { get; init; } = [];

    /// <summary>The lines below the tables.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Warnings, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Further facts for the settings in JSON; they take precedence over an option with the same name.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Facts { get; init; } = [];

    /// <summary>Further parts of the JSON object.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Parts { get; init; } = [];

    /// <summary>Further files by name, in addition to metrics.json.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Files { get; init; } = [];

    /// <summary>A share in per cent.</summary>
    /// <param name="share">0 … 1; NaN for what could not be measured.</param>
    public static string Percent(double share) => double.IsNaN(share) ? "-" : FormattableString.Invariant($"{100 * share:F2} %");

    /// <summary>A number in four digits.</summary>
    /// <param name="value">The number.</param>
    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>A number for JSON: null if it is not finite.</summary>
    /// <param name="value">The number.</param>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;

    /// <summary>One JSON object: what was measured, the figures, and every setting.</summary>
    /// <param name="evaluation">The evaluation's name.</param>
    /// <param name="backbone">The evaluated backbone.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="settings">Options and data.</param>
    /// <param name="command">The command in words, if it is not that of the evaluation.</param>
    public string Json(
        string evaluation,
        BackboneSource backbone,
        ulong seed,
        IEnumerable<KeyValuePair<string, object?>> settings,
        string? command = null)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(settings);
        return JsonSerializer.Serialize(
            Object(
            [
                new("what", "DenseCL for .NET"),
                new("command", command ?? (evaluation == "match-score" ? evaluation : $"eval {evaluation}")),
                new("evaluation", evaluation),
                new("weights", backbone.Name),
                new("architecture", backbone.Architecture.ToString().ToLowerInvariant()),
                new("seed", seed),
                new("figures", Object(Figures.Select(figure => KeyValuePair.Create(figure.Key, (object?)Finite(figure.Value))))),
                new("settings", Object(settings.Concat(Facts))),
                .. Parts,
            ]),
            Readable) + "\n";
    }

    /// <summary>Makes a folder with metrics.json and the further files, or none of it.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="json">The content of metrics.json.</param>
    /// <exception cref="IOException">The folder is not empty, or the disk fails.</exception>
    public void Write(string folder, string json) => NewFolder.Write(folder, partial =>
    {
        foreach ((string name, string text) in Files.Prepend(new("metrics.json", json)))
        {
            AtomicFile.Replace(Path.Combine(partial, name), text);
        }
    });

    /// <summary>In order; of two with the same name the last.</summary>
    internal static OrderedDictionary<string, object?> Object(IEnumerable<KeyValuePair<string, object?>> entries)
    {
        OrderedDictionary<string, object?> result = new(StringComparer.Ordinal);
        foreach ((string name, object? value) in entries)
        {
            result[name] = value;
        }

        return result;
    }
}
