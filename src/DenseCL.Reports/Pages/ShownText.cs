using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenseCL.Reports.Pages;

/// <summary>
/// Texts as a page shows them. Names of files and settings may hold characters that are not seen but change what is: those that turn the
/// direction of writing, and control characters. They are written as <c>\u202E</c>.
/// </summary>
internal sealed class ShownText : JsonConverter<string>
{
    /// <summary>The text with each such character written out.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsHidden))
        {
            return text;
        }

        StringBuilder shown = new();
        foreach (char letter in text)
        {
            _ = IsHidden(letter) ? shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}") : shown.Append(letter);
        }

        return shown.ToString();
    }

    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(Of(value));

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(Of(value));

    // Marks and overrides of Unicode's bidirectional algorithm (UAX 9, table 2); controls except the tab and line ends.
    private static bool IsHidden(char letter) => letter is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069')
        || (char.IsControl(letter) && letter is not ('\t' or '\n' or '\r'));
}
