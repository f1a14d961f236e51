using System.Text.Encodings.Web;
using System.Text.Json;

namespace DenseCL.Reports.FeatureFiles;

/// <summary>A list of images, a JSON object a line: whatever a file is called, a line stays a line.</summary>
internal sealed class FeatureIndex(Stream to)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Add(object line)
    {
        JsonSerializer.Serialize(to, line, Json);
        to.WriteByte((byte)'\n');
    }
}
