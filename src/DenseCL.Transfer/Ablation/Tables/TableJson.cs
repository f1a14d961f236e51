using System.Globalization;
using System.Text;
using System.Text.Json;
using DenseCL.Data;
using DenseCL.Transfer.Measures;

namespace DenseCL.Transfer.Ablation.Tables;

/// <summary>The table for programs: numbers have all digits; unknown values are null.</summary>
internal static class TableJson
{
    public static string Of(AblationTable table)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, ReadableJson.Options with { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("what", "DenseCL for .NET");
            json.WriteString("command", "ablate");
            json.WriteStartObject("settings");
            json.WriteString("baseline", table.Baseline);
            json.WriteStartArray("seeds");
            foreach (ulong seed in table.Seeds)
            {
                json.WriteNumberValue(seed);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartObject("figures");
            json.WriteNumber("results", table.Rows.DistinctBy(row => (row.Evaluation, row.Variant)).Sum(row => row.Values.Count));
            json.WriteEndObject();
            json.WriteStartArray("evaluations");
            foreach (string evaluation in table.Evaluations)
            {
                json.WriteStartObject();
                json.WriteString("evaluation", evaluation);
                json.WriteStartArray("figures");
                foreach (
                    IGrouping<string, AblationTableRow> figure in table
                        .Rows.Where(row => row.Evaluation == evaluation)
                        .GroupBy(row => row.Figure, StringComparer.Ordinal))
                {
                    Write(json, figure);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, IGrouping<string, AblationTableRow> figure)
    {
        json.WriteStartObject();
        json.WriteString("figure", figure.Key);
        json.WriteBoolean("share", figure.First().IsShare);
        json.WriteStartArray("variants");
        foreach (AblationTableRow row in figure)
        {
            json.WriteStartObject();
            json.WriteString("variant", row.Variant);
            Write(json, row.Mean);
            json.WriteStartObject("values");
            foreach ((ulong seed, double value) in row.Values)
            {
                json.WriteNumber(seed.ToString(CultureInfo.InvariantCulture), value);
            }

            json.WriteEndObject();
            json.WritePropertyName("difference");
            if (row.Difference is { } difference)
            {
                json.WriteStartObject();
                Write(json, difference);
                Write(json, "p", difference.PValue);
                json.WriteEndObject();
            }
            else
            {
                json.WriteNullValue();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Estimate estimate)
    {
        json.WriteNumber("n", estimate.Count);
        json.WriteNumber("mean", estimate.Mean);
        Write(json, "sd", estimate.StandardDeviation);
        Write(json, "ci95Low", estimate.Low);
        Write(json, "ci95High", estimate.High);
    }

    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
