using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DenseCL.Platform;
using DenseCL.Transfer.Features;

namespace DenseCL.Transfer.Protocols.Reports;

/// <summary>What an evaluation has to say: figures for programs, tables and lines for readers.</summary>
public sealed record EvaluationReport
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Figures by name; the first is the one to compare backbones by.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> Figures { get; init; }

    /// <summary>The figures for reading; none: the figures as they are.</summary>
    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>What stands below the tables.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>What went otherwise than it should, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What was found beside the figures, for the settings of JSON; goes before an option of the same name.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Facts { get; init; } = [];

    /// <summary>Further parts of the JSON object.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Parts { get; init; } = [];

    /// <summary>Further files by name, beside metrics.json.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Files { get; init; } = [];

    /// <summary>A share in per cent.</summary>
    /// <param name="share">0 … 1; NaN for what could not be measured.</param>
    public static string Percent(double share) => double.IsNaN(share) ? "-" : FormattableString.Invariant($"{100 * share:F2} %");

    /// <summary>A number in four digits.</summary>
    /// <param name="value">The number.</param>
    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>A number as JSON can have it: null where it is not finite.</summary>
    /// <param name="value">The number.</param>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;

    /// <summary>One JSON object: what was measured, the figures, and every setting.</summary>
    /// <param name="evaluation">The evaluation's name.</param>
    /// <param name="backbone">What was judged.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="settings">Options and data.</param>
    public string Json(string evaluation, BackboneSource backbone, ulong seed, IEnumerable<KeyValuePair<string, object?>> settings)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(settings);
        return JsonSerializer.Serialize(
            Object(
            [
                new("what", "DenseCL for .NET"),
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
    /// <param name="json">What metrics.json holds.</param>
    /// <exception cref="IOException">The folder is not empty, or the disk fails.</exception>
    public void Write(string folder, string json) => NewFolder.Write(folder, partial =>
    {
        foreach ((string name, string text) in Files.Prepend(new("metrics.json", json)))
        {
            AtomicFile.Replace(Path.Combine(partial, name), text);
        }
    });

    /// <summary>In order; of two of a name the last.</summary>
    private static OrderedDictionary<string, object?> Object(IEnumerable<KeyValuePair<string, object?>> entries)
    {
        OrderedDictionary<string, object?> result = new(StringComparer.Ordinal);
        foreach ((string name, object? value) in entries)
        {
            result[name] = value;
        }

        return result;
    }
}
