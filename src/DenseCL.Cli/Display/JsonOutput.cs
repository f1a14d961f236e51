using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DenseCL.Cli.Display;

/// <summary>What <c>--json</c> prints: one object, of the same shape for every command. docs/json.md describes it.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The option of every command that has such an object.</summary>
    public static readonly Option<bool> Option = new("--json") { Description = "Print one JSON object at the end, and nothing else." };

    /// <summary>Prints the object on one line.</summary>
    /// <param name="command">The command in words, such as <c>bench step</c>.</param>
    /// <param name="settings">What it was done with: options, data, versions.</param>
    /// <param name="figures">What came out, as numbers; what could not be measured is null.</param>
    /// <param name="parts">Lists of things that have figures of their own, and what else the command found.</param>
    public static void Print(string command, object settings, object figures, params IEnumerable<(string Name, object? Value)> parts)
    {
        JsonObject json = new()
        {
            ["what"] = "DenseCL for .NET",
            ["command"] = command,
            ["settings"] = JsonSerializer.SerializeToNode(settings, Format),
            ["figures"] = JsonSerializer.SerializeToNode(figures, Format),
        };
        foreach ((string name, object? value) in parts)
        {
            json[name] = JsonSerializer.SerializeToNode(value, Format);
        }

        Console.WriteLine(json.ToJsonString(Format));
    }
}
