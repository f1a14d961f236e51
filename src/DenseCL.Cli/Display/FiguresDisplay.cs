using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DenseCL.Models.Backbones;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Figures of an evaluation, as a table or as JSON.</summary>
internal static class FiguresDisplay
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object: what was measured, the figures, and every setting.</summary>
    public static void ShowJson(IEvaluation evaluation, BackboneSource backbone, ulong seed, IReadOnlyList<KeyValuePair<string, double>> figures, object settings) =>
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                what = "DenseCL for .NET",
                evaluation = evaluation.Name,
                weights = backbone.Name,
                architecture = BackboneCatalogue.Of(backbone.Architecture).Name,
                seed,
                figures = figures.ToDictionary(figure => figure.Key, figure => double.IsFinite(figure.Value) ? figure.Value : (double?)null, StringComparer.Ordinal),
                settings,
            },
            Json));

    /// <summary>A table of words, the first column to the left and numbers to the right.</summary>
    public static void ShowTable(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new();
        for (int column = 0; column < heads.Count; column++)
        {
            TableColumn head = new(Markup.Escape(heads[column]));
            table.AddColumn(column == 0 ? head : head.RightAligned());
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow([.. row.Select(word => Markup.Escape(Printable.Text(word)))]);
        }

        AnsiConsole.Write(table);
    }

    public static string Percent(double share) => FormattableString.Invariant($"{100 * share:F2} %");

    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
