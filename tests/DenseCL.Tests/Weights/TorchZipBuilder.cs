using System.IO.Compression;

namespace DenseCL.Tests.Weights;

/// <summary>Writes zips as torch.save does, with whatever content.</summary>
internal static class TorchZipBuilder
{
    public static byte[] Build(byte[] pickle, byte[] storage, params (string Name, byte[] Content)[] more)
        => Zip([("archive/data.pkl", pickle), ("archive/byteorder", "little"u8.ToArray()), ("archive/data/0", storage), .. more]);

    public static byte[] Zip(IEnumerable<(string Name, byte[] Content)> entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }
}
