using DenseCL.Images;

namespace DenseCL.Data.Sources;

/// <summary>One image of an <see cref="ImageSource"/>: a separate file, or a part of a tar.</summary>
/// <param name="Root">Absolute folder of the source.</param>
/// <param name="Name">
/// For display and for the order: the path relative to <paramref name="Root"/> with '/' between the parts, or absolute if a list names a
/// file elsewhere. In a pack it is the name that the image had before it was packed. With several sources, the number of the source and '/'
/// come before it.
/// </param>
/// <param name="Length">Length of the image in bytes when the source was opened; −1 for a link without a target.</param>
/// <param name="Label">Index of the class in <see cref="ImageSource.ClassNames"/>, or null. Only evaluation may use it.</param>
public readonly record struct ImageEntry(string Root, string Name, long Length, int? Label = null)
{
    /// <summary>Absolute path of the tar that contains the image; null for a separate file.</summary>
    public string? Shard { get; init; }

    /// <summary>The image's first byte in <see cref="Path"/>; 0 for a separate file.</summary>
    public long Offset { get; init; }

    /// <summary>The size in pixels if the source knows it without reading the image, as a pack does; otherwise null.</summary>
    public ImageHeader? Header { get; init; }

    /// <summary>
    /// Absolute path of the file with the bytes. Built when it is needed: a million stored paths would take a hundred megabytes.
    /// </summary>
    public string Path => Shard ?? System.IO.Path.Combine(Root, Name[SourceLength..]);

    /// <summary>
    /// How many characters at the start of <see cref="Name"/> are the number of the source; they are not part of any path.
    /// </summary>
    internal int SourceLength { get; init; }

    /// <summary>Where to look for the image, for a message.</summary>
    internal string Place => Shard is null ? Path : $"{Name} in {Shard}";
}
