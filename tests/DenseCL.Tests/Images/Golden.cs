using System.IO.Compression;
using System.Text.Json;

namespace DenseCL.Tests.Images;

/// <summary>The expected pixels, written by tests/Golden/Images/make.py with torchvision and Pillow.</summary>
internal static class Golden
{
    private static readonly Lazy<JsonElement> LazyOperations = new(() => Load("operations.json"));
    private static readonly Lazy<JsonElement> LazyFiles = new(() => Load("files.json"));

    private static readonly Lazy<JsonElement> LazyChannels = new(() => Load("channels.json"));

    /// <summary>Files of one and of several channels.</summary>
    public static IEnumerable<string> ChannelNames =>
        LazyChannels.Value.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("name").GetString()!);

    public static JsonElement EveryColour => LazyOperations.Value.GetProperty("everyColour");

    public static IEnumerable<JsonElement> Operations(string name) =>
        LazyOperations.Value.GetProperty("operations").EnumerateArray().Where(o => o.GetProperty("operation").ValueEquals(name));

    public static IEnumerable<string> FileNames => Files.Select(file => file.GetProperty("name").GetString()!);

    public static IEnumerable<string> RefusedNames => LazyFiles.Value.GetProperty("refused").EnumerateObject().Select(file => file.Name);

    private static IEnumerable<JsonElement> Files => LazyFiles.Value.GetProperty("files").EnumerateArray();

    public static byte[] Refused(string name) => LazyFiles.Value.GetProperty("refused").GetProperty(name).GetBytesFromBase64();

    public static (byte[] Data, int Width, int Height, byte[] Pixels) File(string name)
    {
        JsonElement file = Files.Single(f => f.GetProperty("name").ValueEquals(name));
        return (
            file.GetProperty("data").GetBytesFromBase64(),
            file.GetProperty("width").GetInt32(),
            file.GetProperty("height").GetInt32(),
            Pixels(file));
    }

    public static (byte[] Data, int Channels, int Width, int Height, byte[] Pixels) Channels(string name)
    {
        JsonElement file = LazyChannels.Value.GetProperty("files").EnumerateArray().Single(f => f.GetProperty("name").ValueEquals(name));
        return (
            file.GetProperty("data").GetBytesFromBase64(),
            file.GetProperty("channels").GetInt32(),
            file.GetProperty("width").GetInt32(),
            file.GetProperty("height").GetInt32(),
            Pixels(file));
    }

    public static byte[] Pixels(JsonElement element)
    {
        using var compressed = new MemoryStream(element.GetProperty("pixels").GetBytesFromBase64());
        using var zlib = new ZLibStream(compressed, CompressionMode.Decompress);
        using var pixels = new MemoryStream();
        zlib.CopyTo(pixels);
        return pixels.ToArray();
    }

    private static JsonElement Load(string name)
    {
        string path = Repository.PathOf("tests", "Golden", "Images", name);
        using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
