using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using DenseCL.Data;

namespace DenseCL.Transfer.Ablation;

/// <summary>Identifies the data of the evaluations.</summary>
internal static class DataFingerprint
{
    /// <summary>
    /// 32 hexadecimal digits (XXH128) that change with the relative path or the length of any file; hidden files do not count.
    /// </summary>
    /// <param name="path">A folder or a file.</param>
    /// <exception cref="DataException">The path does not exist.</exception>
    public static string Of(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new DataException("The path of the labelled data is empty: give it with --data.");
        }

        string root = Path.GetFullPath(path);
        FileInfo[] files = Directory.Exists(root) ? [.. new DirectoryInfo(root).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false })]
            : File.Exists(root) ? [new FileInfo(root)]
            : throw new DataException($"There is no {root}: give the labelled data that evaluations are made on with --data.");
        string folder = Directory.Exists(root) ? root : Path.GetDirectoryName(root)!;

        XxHash128 hash = new();
        Span<byte> length = stackalloc byte[sizeof(long)];
        foreach (
            (string name, FileInfo file) in files
                .Select(file => (Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'), file))
                .OrderBy(entry => entry.Item1, StringComparer.Ordinal))
        {
            hash.Append(Encoding.UTF8.GetBytes(name));
            hash.Append([0]);
            BinaryPrimitives.WriteInt64LittleEndian(length, file.Length);
            hash.Append(length);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
