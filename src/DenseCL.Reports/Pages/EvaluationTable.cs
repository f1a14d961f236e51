using System.Globalization;
using System.Text.Json;
using DenseCL.Data;
using DenseCL.Platform;
using DenseCL.Transfer.Protocols.Reports;

namespace DenseCL.Reports.Pages;

/// <summary>The figures of an evaluation, from the JSON that <c>eval</c> prints with <c>--json</c> and writes as metrics.json.</summary>
internal static class EvaluationTable
{
    private const int MostBytes = 16 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, or a folder with metrics.json.</param>
    /// <exception cref="DataException">It cannot be read, or is no such file.</exception>
    public static TableData Read(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, "metrics.json") : path;
        try
        {
            RegularFile.Require(file);
            if (new FileInfo(file).Length > MostBytes)
            {
                throw new DataException($"{file} is too large to be the figures of an evaluation.");
            }

            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = json.RootElement;
            ReportTable figures = new(
                ["figure", "value"],
                [
                    .. root.GetProperty("figures").EnumerateObject()
                        .Where(figure => figure.Value.ValueKind is JsonValueKind.Number or JsonValueKind.Null)
                        .Select(figure => (string[])[figure.Name, Number(figure.Value)]),
                ]);
            ReportTable settings = new(
                ["setting", "value"],
                [.. root.GetProperty("settings").EnumerateObject().Select(setting => (string[])[setting.Name, setting.Value.ToString()])]);
            string weights = root.TryGetProperty("weights", out JsonElement name) ? name.ToString() : "";
            return new TableData($"{root.GetProperty("command").GetString()}: {weights}", [figures, settings], []);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DataException(
                $"{file} is not the result of an evaluation: {e.Message} Give what eval wrote with --out DIR, or printed with --json.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The evaluation {file} cannot be read: {e.Message}", e);
        }
    }

    private static string Number(JsonElement value) => value.ValueKind is JsonValueKind.Number
        ? value.GetDouble().ToString("0.####", CultureInfo.InvariantCulture)
        : "–";
}
