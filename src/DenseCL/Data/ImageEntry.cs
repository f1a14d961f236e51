namespace DenseCL.Data;

/// <summary>One image of an <see cref="ImageSource"/>.</summary>
/// <param name="Root">Absolute folder that <paramref name="Name"/> is relative to.</param>
/// <param name="Name">Path relative to <paramref name="Root"/> with '/' between the parts, for display and for the order; absolute if a list names a file elsewhere.</param>
/// <param name="Length">Length of the file in bytes when the source was opened; −1 for a link that leads nowhere.</param>
/// <param name="Label">Index of the class in <see cref="ImageSource.ClassNames"/>, or null. Only evaluation may look at it.</param>
public readonly record struct ImageEntry(string Root, string Name, long Length, int? Label = null)
{
    /// <summary>Absolute path of the file. Put together on demand: a million paths kept would be a hundred megabytes.</summary>
    public string Path => System.IO.Path.Combine(Root, Name);
}
