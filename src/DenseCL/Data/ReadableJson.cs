using System.Text.Encodings.Web;
using System.Text.Json;

namespace DenseCL.Data;

/// <summary>How JSON is written in which people look for names: letters of all languages as they are.</summary>
internal static class ReadableJson
{
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
