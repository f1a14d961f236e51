using System.Collections.Frozen;

namespace DenseCL.Data.Sources;

/// <summary>Which files of a folder are images, by their extension.</summary>
internal static class PictureTypes
{
    private static readonly FrozenSet<string> Readable = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".bmp", ".gif");

    // Pictures that a user would expect to be used: they are counted, so the user learns why they were not.
    private static readonly FrozenSet<string> Unreadable = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        ".heic", ".heif", ".avif", ".jp2", ".j2k", ".jxl", ".tga", ".psd", ".exr", ".hdr", ".ppm", ".pgm", ".pbm", ".pnm",
        ".svg", ".dcm", ".nii", ".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".raf", ".rw2");

    private static readonly FrozenSet<string> Archives = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst");

    public static string ReadableNames => "jpg jpeg jpe jfif png tif tiff webp bmp gif";

    public static bool IsReadable(string extension) => Readable.Contains(extension);

    public static bool IsUnreadable(string extension) => Unreadable.Contains(extension);

    public static bool IsArchive(string extension) => Archives.Contains(extension);

    public static bool IsCompressedTar(string path) =>
        Path.GetExtension(path).Equals(".tgz", StringComparison.OrdinalIgnoreCase)
        || (
            IsArchive(Path.GetExtension(path))
            && Path.GetExtension(Path.GetFileNameWithoutExtension(path)).Equals(".tar", StringComparison.OrdinalIgnoreCase));
}
