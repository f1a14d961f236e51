using System.Text.Json;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Classification;

/// <summary>What scikit-learn and numpy say: tests/Golden/Transfer/make_classification.py.</summary>
internal static class Fixture
{
    private static readonly JsonElement Root = JsonDocument
        .Parse(File.ReadAllText(Repository.PathOf("tests", "Golden", "Transfer", "classification.json")))
        .RootElement;

    public static JsonElement Of(string part) => Root.GetProperty(part);

    /// <summary>(rows, columns) float32, the numbers as they were rounded.</summary>
    public static Tensor Matrix(this JsonElement rows)
    {
        float[][] values = [.. rows.EnumerateArray().Select(row => row.Doubles().Select(v => (float)v).ToArray())];
        return tensor(values.SelectMany(row => row).ToArray()).reshape(values.Length, values[0].Length);
    }

    public static double[] Doubles(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];

    public static int[] Integers(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];
}
