using System.Text;

namespace DenseCL.Recipes;

/// <summary>Reads recipes: shipped ones by name, others from YAML files, with single settings overridden.</summary>
/// <remarks>
/// A file is untrusted: it may have at most <see cref="MaxBytes"/>, no anchors, aliases or tags, and every key must be known. A file may
/// begin with <c>base: NAME</c>, the shipped recipe from which it starts; otherwise it starts from the defaults of the options. A setting
/// is written in its section or by its dotted key (<c>optim.epochs: 20</c>). Numbers have a decimal point in every culture.
/// </remarks>
public static class RecipeReader
{
    /// <summary>The greatest size of a recipe file in bytes: 1 MiB.</summary>
    public const int MaxBytes = 1 << 20;

    private const string Folder = "recipes/";
    private const string Extension = ".yaml";

    /// <summary>The names of the shipped recipes, in alphabetical order.</summary>
    public static IReadOnlyList<string> Shipped { get; } =
    [
        .. typeof(RecipeReader).Assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
            .Select(resource => resource[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a recipe, overrides single settings, and validates the whole.</summary>
    /// <param name="nameOrPath">A name of <see cref="Shipped"/>, which goes first, or the path of a YAML file (<c>./small</c> for a file of
    /// a shipped name).</param>
    /// <param name="overrides">Settings as <c>section.name=value</c>, the value in YAML flow syntax: <c>data.cropScale=[0.2, 1]</c>,
    /// <c>method.queue=auto</c>.</param>
    /// <exception cref="RecipeException">The recipe was not found, cannot be read or is not valid; the message says where and what to
    /// do.</exception>
    public static Recipe Read(string nameOrPath, params IEnumerable<string> overrides)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        ArgumentNullException.ThrowIfNull(overrides);
        if (string.IsNullOrWhiteSpace(nameOrPath))
        {
            throw new RecipeException($"The name of the recipe is empty. Give a file, or choose one of {string.Join(", ", Shipped)}.");
        }

        Recipe recipe = Shipped.Contains(nameOrPath, StringComparer.Ordinal)
            ? ReadShipped(nameOrPath)
            : Entries(FileText(nameOrPath), Path.GetFileName(nameOrPath));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string text in overrides)
        {
            string where = $"Override {Allowed.Quoted(text)}";
            string[] parts = text.Split('=', 2);
            if (parts.Length < 2)
            {
                throw new RecipeException($"{where}: There is no `=`. Write section.name=value, such as optim.epochs=20.");
            }

            string key = parts[0].Trim();
            recipe = seen.Add(key)
                ? Apply(recipe, key, YamlEntries.ReadValue(parts[1], where), where)
                : throw new RecipeException($"{where}: The setting {Allowed.Quoted(key)} was overridden before. Keep one of the two.");
        }

        return Validated(recipe, nameOrPath);
    }

    /// <summary>Reads a recipe from text, such as one that <see cref="RecipeWriter"/> wrote, and validates it.</summary>
    /// <param name="yaml">The YAML text; empty for all defaults.</param>
    /// <param name="source">What to call it in messages, such as the file's name.</param>
    /// <exception cref="RecipeException">The text cannot be read or the recipe is not valid; the message says where and what to
    /// do.</exception>
    public static Recipe Parse(string yaml, string source)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(source);
        return Validated(Entries(yaml, source), source);
    }

    private static Recipe Entries(string yaml, string source)
    {
        var entries = YamlEntries.Read(yaml, source);
        Recipe recipe = new();
        foreach ((_, YamlValue value, string where) in entries.Where(entry => entry.Key is "base"))
        {
            recipe = !value.IsList && Shipped.Contains(value.Items[0], StringComparer.Ordinal)
                ? ReadShipped(value.Items[0])
                : throw new RecipeException(
                    $"{where}: base is {value}, but must be the name of a shipped recipe. Choose one of {string.Join(", ", Shipped)}"
                    + $"{Nearest.Hint(value.IsList ? "" : value.Items[0], Shipped)}.");
        }

        return entries
            .Where(entry => entry.Key is not "base")
            .Aggregate(recipe, (result, entry) => Apply(result, entry.Key, entry.Value, entry.Where));
    }

    private static Recipe Apply(Recipe recipe, string key, YamlValue value, string where)
    {
        try
        {
            Setting setting = Setting.Find(key);
            return setting.With(recipe, setting.Parse(value));
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"{where}: {e.Message}", e);
        }
    }

    private static Recipe Validated(Recipe recipe, string source)
    {
        try
        {
            recipe.Validate();
            return recipe;
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"Recipe {Allowed.Quoted(source)}: {e.Message}", e);
        }
    }

    private static Recipe ReadShipped(string name)
    {
        using Stream stream = typeof(RecipeReader).Assembly.GetManifestResourceStream(Folder + name + Extension)!;
        return Entries(Text(stream, name), name + Extension);
    }

    private static string FileText(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new RecipeException(
                    $"{Allowed.Quoted(path)} is a folder, not a recipe. Give the file in it, such as recipe.yaml of a run folder.");
            }

            using FileStream stream = File.OpenRead(path);
            return Text(stream, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecipeException(
                $"There is neither a shipped recipe nor a file {Allowed.Quoted(path)} (looked for in {Directory.GetCurrentDirectory()}). "
                + $"Check the path, or choose one of {string.Join(", ", Shipped)}{Nearest.Hint(path, Shipped)}.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new RecipeException(
                $"The recipe file {Allowed.Quoted(path)} cannot be read. {e.Message} Check the path and its permissions.", e);
        }
    }

    private static string Text(Stream stream, string name)
    {
        // Reads no more than the limit whatever the length says: a device or a growing file has none.
        byte[] buffer = new byte[MaxBytes + 1];
        int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (length > MaxBytes)
        {
            throw new RecipeException(
                $"{Allowed.Quoted(name)} has more than {MaxBytes} bytes, too many for a recipe. Check that it is the file you meant.");
        }

        try
        {
            using var reader = new StreamReader(
                new MemoryStream(buffer, 0, length), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException e)
        {
            throw new RecipeException(
                $"{Allowed.Quoted(name)} is not a text in UTF-8. Save it as UTF-8, or check that it is the file you meant.", e);
        }
    }
}
