using System.Text.Json;
using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Training;

namespace DenseCL.Reports.Runs;

/// <summary>What a run has written down: its settings, where it ran, its curves, and the images that it left out.</summary>
/// <remarks>The folder is only read, and may belong to a training that goes on.</remarks>
public sealed class RunRecord
{
    private const int LongestText = 1 << 20;        // bytes of environment.json

    private RunRecord(string name, RunFolder folder, Recipe recipe)
    {
        (Name, Folder, Recipe) = (name, folder, recipe);
        Curves = new Curves(folder);
        (Environment, Images) = ReadEnvironment(folder.Environment);
    }

    /// <summary>What to call it: the name of its folder, unless another was given.</summary>
    public string Name { get; }

    /// <summary>Its folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>Its recipe, as used.</summary>
    public Recipe Recipe { get; }

    /// <summary>Every setting by its name, such as <c>optim.epochs</c>, as the recipe's file has it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings =>
        [.. Setting.All.Select(setting => KeyValuePair.Create(setting.Key, setting.Text(Recipe)))];

    /// <summary>Versions and machine, as environment.json has them; empty if it cannot be read.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; }

    /// <summary>Where the images are that it trained on; empty if it does not say.</summary>
    public IReadOnlyList<string> Images { get; }

    /// <summary>What it logged; <see cref="Runs.Curves.Update"/> adds what is new.</summary>
    public Curves Curves { get; }

    /// <summary>Opens a run folder and reads its logs.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="name">What to call it; the folder's name if null.</param>
    /// <exception cref="DataException">It is no run folder.</exception>
    /// <exception cref="RecipeException">Its recipe cannot be read.</exception>
    public static RunRecord Open(string path, string? name = null)
    {
        if (!RunFolder.HasRun(path))
        {
            throw new DataException(
                $"{(string.IsNullOrWhiteSpace(path) ? "An empty name" : Path.GetFullPath(path))} is no run folder: it has no recipe.yaml. "
                + $"Give the folder that was given to pretrain --out.");
        }

        RunFolder folder = RunFolder.LookAt(path);
        RunRecord run = new(name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder.Path)), folder, RecipeReader.Read(folder.Recipe));
        _ = run.Curves.Update();
        return run;
    }

    /// <summary>The images that were left out, with the reasons.</summary>
    /// <param name="most">The largest number to return.</param>
    /// <returns>The first of them, and how many there are.</returns>
    public (IReadOnlyList<(string File, string Reason)> First, int Count) Skipped(int most)
    {
        SkippedImages skipped = new();
        if (File.Exists(Folder.Skipped))
        {
            skipped.Read(Folder.Skipped);
        }

        return ([.. skipped.Entries.Take(most)], skipped.Count);
    }

    private static (IReadOnlyList<KeyValuePair<string, string>> Facts, IReadOnlyList<string> Images) ReadEnvironment(string path)
    {
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length > LongestText)
            {
                return ([], []);
            }

            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            return (
                [.. json.RootElement.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, Text(property.Value)))],
                json.RootElement.TryGetProperty("images", out JsonElement images)
                    ? [.. images.EnumerateArray().Select(image => image.GetString() ?? "")]
                    : []);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return ([], []);
        }

        static string Text(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Text)),
            JsonValueKind.Null => "",
            _ => value.ToString(),
        };
    }
}
