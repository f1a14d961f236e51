using System.Text.Json;

namespace DenseCL.Tests.Transfer.Segmentation;

/// <summary>What scikit-learn, numpy, PyTorch and Pillow say, written by tests/Golden/Transfer/make_segmentation.py.</summary>
internal static class GoldenSegmentation
{
    private static readonly Lazy<JsonElement> File = new(() =>
        JsonDocument.Parse(System.IO.File.ReadAllBytes(Repository.PathOf("tests", "Golden", "Transfer", "segmentation.json"))).RootElement);

    public static JsonElement Of(string part) => File.Value.GetProperty(part);

    public static double[] Numbers(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetDouble())];

    public static long[] Integers(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetInt64())];
}
