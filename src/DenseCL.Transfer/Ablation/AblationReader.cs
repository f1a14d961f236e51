using DenseCL.Recipes;
using DenseCL.Recipes.Yaml;

namespace DenseCL.Transfer.Ablation;

/// <summary>
/// Reads ablation files: shipped ones by name, others by path. A file is as untrusted as a recipe, and every key must be known.
/// </summary>
public static class AblationReader
{
    private const string Folder = "ablations/";
    private const string Extension = ".yaml";

    /// <summary>The names of the shipped ablations, in alphabetical order.</summary>
    public static IReadOnlyList<string> Shipped { get; } =
    [
        .. typeof(AblationReader).Assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
            .Select(resource => resource[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads an ablation and the recipes of its variants.</summary>
    /// <param name="nameOrPath">A name in <see cref="Shipped"/>, which takes precedence, or the path of a YAML file. A recipe file that it
    /// names is looked for relative to it.</param>
    /// <exception cref="RecipeException">It was not found, cannot be read or is not valid; the message says where and what to
    /// do.</exception>
    public static AblationPlan Read(string nameOrPath)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        if (string.IsNullOrWhiteSpace(nameOrPath))
        {
            throw new RecipeException($"The name of the ablation is empty. Give a file, or choose one of {string.Join(", ", Shipped)}.");
        }

        if (Shipped.Contains(nameOrPath, StringComparer.Ordinal))
        {
            using Stream stream = typeof(AblationReader).Assembly.GetManifestResourceStream(Folder + nameOrPath + Extension)!;
            return Parse(YamlFile.Read(stream, nameOrPath, "ablation"), nameOrPath + Extension);
        }

        string text = YamlFile.Read(nameOrPath, "ablation", Shipped);
        return Parse(text, Path.GetFileName(nameOrPath), Path.GetDirectoryName(Path.GetFullPath(nameOrPath)));
    }

    /// <summary>Reads an ablation from text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What to call it in messages, such as the file's name.</param>
    /// <param name="folder">The folder to which the paths of recipe files are relative; null for the current one.</param>
    /// <exception cref="RecipeException">The text cannot be read or is not valid; the message says where and what to do.</exception>
    public static AblationPlan Parse(string yaml, string source, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(source);
        return new AblationText(yaml, source).Read(folder ?? Directory.GetCurrentDirectory());
    }
}
