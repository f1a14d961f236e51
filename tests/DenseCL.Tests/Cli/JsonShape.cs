using System.Text.Json;
using Json.Schema;

namespace DenseCL.Tests.Cli;

/// <summary>What <c>--json</c> prints, held to docs/output.schema.json.</summary>
internal static class JsonShape
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(Repository.PathOf("docs", "output.schema.json")));

    /// <summary>The one object that was printed; an assertion fails if it has another shape.</summary>
    public static JsonElement Of(string output)
    {
        using JsonDocument printed = JsonDocument.Parse(output);        // throws if there is anything beside the object
        JsonElement json = printed.RootElement.Clone();
        EvaluationResults results = Schema.Evaluate(json, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(
            results.IsValid,
            string.Join('\n', (results.Details ?? []).SelectMany(part => part.Errors ?? [], (part, error) => $"{part.InstanceLocation}: {error.Value}")) + output);
        return json;
    }
}
