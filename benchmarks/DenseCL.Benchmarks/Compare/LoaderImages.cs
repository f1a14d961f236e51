using DenseCL.Data;
using DenseCL.Data.Sources;

namespace DenseCL.Benchmarks.Compare;

/// <summary>
/// Copies of some images in one folder, so that every loader gets the same ones: of a data set one loader would take the training images,
/// another those to be held out as well. Only JPEG and PNG, which all know by these endings.
/// </summary>
internal sealed class LoaderImages : IDisposable
{
    private const int Most = 400;

    public LoaderImages(string data)
    {
        ImageEntry[] entries = [.. ImageSource.Open(data).Entries.Where(entry => entry.Shard is null && Ending(entry) is ".jpg" or ".jpeg" or ".png").Take(Most)];
        if (entries.Length == 0)
        {
            throw new DataException($"There is no JPEG or PNG file of its own in {data}: give --data a folder of images.");
        }

        Count = entries.Length;
        Folder = Directory.CreateTempSubdirectory("densecl-bench-").FullName;
        try
        {
            for (int i = 0; i < entries.Length; i++)
            {
                File.Copy(entries[i].Path, Path.Combine(Folder, FormattableString.Invariant($"{i:D4}{Ending(entries[i])}")));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        static string Ending(ImageEntry entry) => Path.GetExtension(entry.Name).ToLowerInvariant();
    }

    public string Folder { get; }

    public int Count { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
