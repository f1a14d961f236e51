using System.Runtime.InteropServices;
using System.Text;
using DenseCL.Platform;
using DenseCL.Transfer.Features;

namespace DenseCL.Reports.FeatureFiles;

/// <summary>
/// A numpy array of vectors, and beside it a list of the images: <c>row</c> is the first vector of an image, and a map has
/// <c>height</c> · <c>width</c> of them, row by row.
/// </summary>
internal static class NpyFeatures
{
    private const int HeaderBytes = 128;

    public static void Write(string path, FeatureSet features)
    {
        // The list is renamed first: where there is an array, there is its list.
        AtomicFile.Replace(
            path,
            file => AtomicFile.Replace(path + ".jsonl", list => WriteBoth(file, list, features), FeatureFormats.Buffer),
            FeatureFormats.Buffer);
        if (features.Skipped.Count > 0)
        {
            features.Skipped.Write(FeatureExport.SkippedOf(path));
        }
    }

    private static void WriteBoth(FileStream file, FileStream list, FeatureSet features)
    {
        FeatureIndex index = new(list);
        file.Write(Header(0, 0));
        foreach (SeenImage image in features.Compute("images"))
        {
            (string path, int height, int width, _, float[] values) = image.Features;
            index.Add(new { path, row = features.Vectors - ((long)height * width), height, width });
            file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }

        file.Position = 0;
        file.Write(Header(features.Vectors, features.Channels));
    }

    /// <summary>numpy's header, version 1.0: a Python dictionary, padded with spaces to a line of fixed length.</summary>
    internal static byte[] Header(long rows, int columns)
    {
        string dictionary = FormattableString.Invariant($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        byte[] header = new byte[HeaderBytes];
        header.AsSpan().Fill((byte)' ');
        byte[] magic = [0x93, .. "NUMPY"u8, 1, 0, HeaderBytes - 10, 0];
        magic.CopyTo(header, 0);
        Encoding.ASCII.GetBytes(dictionary).CopyTo(header, 10);
        header[^1] = (byte)'\n';
        return header;
    }
}
