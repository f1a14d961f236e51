using DenseCL.Platform;

namespace DenseCL.Reports.FeatureFiles;

/// <summary>Everything that features can be written as. A new one is added here, and in <see cref="FeatureFormat"/>.</summary>
internal static class FeatureFormats
{
    /// <summary>Bytes that are collected before they are written.</summary>
    internal const int Buffer = 1 << 16;

    /// <summary>A kind of file or folder.</summary>
    /// <param name="Format">Which.</param>
    /// <param name="Extension">The ending of its name; null for a folder.</param>
    /// <param name="NeedsMaps">Whether it is only for maps.</param>
    /// <param name="Write">Writes it beside its place, then renames it.</param>
    internal sealed record Entry(FeatureFormat Format, string? Extension, bool NeedsMaps, Action<string, FeatureSet> Write);

    public static IReadOnlyList<Entry> All { get; } =
    [
        new(FeatureFormat.Safetensors, ".safetensors", NeedsMaps: false, OfFile(SafetensorsFeatures.Write)),
        new(FeatureFormat.Npy, ".npy", NeedsMaps: false, NpyFeatures.Write),
        new(FeatureFormat.Parquet, ".parquet", NeedsMaps: false, OfFile(ParquetFeatures.Write)),
        new(FeatureFormat.Projector, null, NeedsMaps: false, OfFolder(ProjectorFeatures.Write)),
        new(FeatureFormat.Pca, null, NeedsMaps: true, OfFolder(PcaPictures.Write)),
    ];

    public static Entry Of(FeatureFormat format) => All.Single(entry => entry.Format == format);

    private static Action<string, FeatureSet> OfFile(Action<FileStream, FeatureSet> write) => (path, features) =>
    {
        AtomicFile.Replace(path, file => write(file, features), Buffer);
        if (features.Skipped.Count > 0)
        {
            features.Skipped.Write(FeatureExport.SkippedOf(path));
        }
    };

    private static Action<string, FeatureSet> OfFolder(Action<string, FeatureSet> write) => (path, features) => NewFolder.Write(path, folder =>
    {
        write(folder, features);
        if (features.Skipped.Count > 0)
        {
            features.Skipped.Write(Path.Combine(folder, "skipped.jsonl"));
        }
    });
}
