using System.Text.Json;
using DenseCL.Weights;
using DenseCL.Weights.Tensors;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

/// <summary>The files of tests/Golden/Weights, written by PyTorch and numpy, and what is in them.</summary>
internal static class GoldenWeights
{
    private static readonly JsonDocument Expected = JsonDocument.Parse(File.ReadAllBytes(PathOf("expected.json")));

    public static IEnumerable<string> Names => Expected.RootElement.EnumerateObject().Select(p => p.Name);

    public static string PathOf(string name) => Repository.PathOf("tests", "Golden", "Weights", name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    /// <summary>Compares every tensor with the file's, bit by bit, and what metadata is named.</summary>
    public static void AssertEqual(string name, WeightFile file)
    {
        JsonElement expected = Expected.RootElement.GetProperty(name);
        Dictionary<string, JsonElement> tensors = expected.GetProperty("tensors").EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), file.Keys.Order(StringComparer.Ordinal));
        foreach ((string key, JsonElement value) in tensors)
        {
            Assert.Equal(value[0].GetString(), WeightTypes.Name(file[key].Type));
            long[] shape = [.. value[1].EnumerateArray().Select(e => e.GetInt64())];
            Assert.Equal(shape, file[key].Shape.ToArray());
            using Tensor tensor = file.Tensor(key);
            Assert.Equal(shape, tensor.shape);
            Assert.True(tensor.is_contiguous(), key);
            Assert.True(value[2].ValueEquals(Hex(tensor)), $"{name}: {key} is {Hex(tensor)}");
        }

        foreach (JsonElement key in expected.GetProperty("unreadable").EnumerateArray())
        {
            string message = Assert.Throws<WeightFileException>(() => file.Tensor(key.GetString()!)).Message;
            Assert.Contains("convert it in Python", message, StringComparison.Ordinal);
        }

        foreach (JsonProperty note in expected.GetProperty("metadata").EnumerateObject())
        {
            Assert.Equal(note.Value.GetString(), file.Metadata[note.Name]);
        }
    }

    private static string Hex(Tensor tensor) => tensor.numel() == 0 ? "" : Convert.ToHexStringLower(tensor.bytes);
}
