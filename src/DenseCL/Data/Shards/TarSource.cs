using System.Globalization;
using System.Runtime.InteropServices;
using DenseCL.Data.Sources;

namespace DenseCL.Data.Shards;

/// <summary>
/// The images of tars in WebDataset's layout that have no index. Successive members with the same key are a sample; its first image is
/// taken.
/// </summary>
internal sealed class TarSource
{
    private const int MostClasses = 1_000_000;

    private readonly List<ImageEntry> entries = [];
    private string? tar;
    private string tarName = "";
    private string? key;
    private ImageEntry? image;
    private int? label;

    private TarSource()
    {
    }

    /// <summary>The images, in the order of the tars; an image's name is TAR/MEMBER.</summary>
    public IReadOnlyList<ImageEntry> Entries => entries;

    /// <summary>"0", "1", … if every sample has a class (.cls) and there are several classes; otherwise empty.</summary>
    public IReadOnlyList<string> ClassNames { get; private set; } = [];

    /// <summary>
    /// Members that are pictures but are not used: they have a type that is not read, a name without a key, or are the second picture of a
    /// sample.
    /// </summary>
    public int PassedOver { get; private set; }

    /// <summary>The tars directly in a folder, in ordinal order.</summary>
    public static string[] In(string folder) =>
        [
            .. Directory
                .EnumerateFiles(folder)
                .Where(path =>
                    Path.GetExtension(path).Equals(".tar", StringComparison.OrdinalIgnoreCase) && !Path.GetFileName(path).StartsWith('.'))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Reads the headers of the tars.</summary>
    /// <param name="root">The folder of the source.</param>
    /// <param name="tars">Absolute paths.</param>
    /// <exception cref="DataException">A tar is damaged, or there are no images.</exception>
    public static TarSource Read(string root, string[] tars)
    {
        var source = new TarSource();
        foreach (string path in tars)
        {
            (source.tar, source.tarName) = (path, Path.GetFileName(path));
            TarMembers.Read(path, member => source.Visit(root, member));
            source.EndSample();
        }

        if (source.entries.Count == 0)
        {
            string passedOver =
                source.PassedOver == 0
                    ? ""
                    : string.Create(CultureInfo.InvariantCulture, $", and {source.PassedOver:N0} pictures that are not taken");
            throw new DataException(
                $"No images in {(tars.Length == 1 ? tars[0] : $"the tars of {root}")}{passedOver}. "
                + "An image is a member KEY.EXTENSION without further dots, such as 000012.jpg; "
                + $"extensions are {PictureTypes.ReadableNames}."
            );
        }

        source.Classes();
        return source;
    }

    // WebDataset's rule: the key is the path up to the first dot of the base name, and the rest is the extension.
    private static bool Split(string name, out string key, out string extension)
    {
        int file = name.LastIndexOf('/') + 1;
        int dot = name.IndexOf('.', file);
        (key, extension) = dot > file ? (name[..dot], name[(dot + 1)..]) : ("", "");
        return dot > file;
    }

    private void Visit(string root, TarMember member)
    {
        if (!Split(member.Name, out string of, out string extension))
        {
            Pass(member.Name);
            return;
        }

        if (!string.Equals(of, key, StringComparison.Ordinal))
        {
            EndSample();
            key = of;
        }

        if (extension.Equals("cls", StringComparison.OrdinalIgnoreCase))
        {
            label =
                member.Length <= 16
                && int.TryParse(
                    member.Read(),
                    NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                    CultureInfo.InvariantCulture,
                    out int given)
                && given < MostClasses
                    ? given
                    : null;
        }
        else if (image is null && PictureTypes.IsReadable("." + extension))
        {
            string inside = member.Name.StartsWith("./", StringComparison.Ordinal) ? member.Name[2..] : member.Name;
            image = new ImageEntry(root, $"{tarName}/{inside}", member.Length) { Shard = tar, Offset = member.Offset };
        }
        else
        {
            Pass(member.Name);
        }
    }

    private void Pass(string name)
    {
        string extension = Path.GetExtension(name);
        if (PictureTypes.IsReadable(extension) || PictureTypes.IsUnreadable(extension)) PassedOver++;
    }

    private void EndSample()
    {
        if (image is { } found) entries.Add(found with { Label = label });
        (key, image, label) = (null, null, null);
    }

    private void Classes()
    {
        bool several = entries.TrueForAll(e => e.Label is not null) && entries.Exists(e => e.Label != entries[0].Label);
        int classes = several ? entries.Max(e => e.Label!.Value) + 1 : 0;
        ClassNames = [.. Enumerable.Range(0, classes).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        if (several) return;

        foreach (ref ImageEntry entry in CollectionsMarshal.AsSpan(entries))
            entry = entry with { Label = null };
    }
}
