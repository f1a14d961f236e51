using System.Text.Encodings.Web;
using System.Text.Json;

namespace DenseCL.Data;

/// <summary>The settings for JSON in which people look for names: letters of all languages are written unescaped.</summary>
internal static class ReadableJson
{
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
