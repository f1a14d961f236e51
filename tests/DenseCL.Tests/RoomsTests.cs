using System.Text.RegularExpressions;

namespace DenseCL.Tests;

/// <summary>The rooms of docs/architecture.md: a folder directly below a project imports only from those before it.</summary>
public class RoomsTests
{
    private static readonly string[] Core = ["Platform", "Recipes", "Images", "Data", "Compute", "Models", "Weights", "Method", "Training"];
    private static readonly string[] Transfer = ["Options", "Measures", "Solvers", "Labelled", "Features", "Matching", "Segmentation", "Protocols", "Ablation", "FineTuning"];
    private static readonly string[] Reports = ["Runs", "Health", "Charts", "Pictures", "FeatureFiles", "TensorBoard", "Pages", "Visuals", "Live"];

    public static TheoryData<string, string[]> Projects => new() { { "DenseCL", Core }, { "DenseCL.Transfer", Transfer }, { "DenseCL.Reports", Reports } };

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_room_imports_only_from_those_before_it(string project, string[] rooms)
    {
        string root = Repository.PathOf("src", project);
        Assert.Equal(
            rooms.Order(StringComparer.Ordinal),
            Directory.GetDirectories(root).Select(folder => Path.GetFileName(folder)!).Except(["bin", "obj"]).Order(StringComparer.Ordinal)
        );
        string[] wrong =
        [
            .. rooms.SelectMany((room, number) => Directory.EnumerateFiles(Path.Combine(root, room), "*.cs", SearchOption.AllDirectories)
                .SelectMany(file => Imports(File.ReadAllText(file), project)
                    .Where(import => Array.IndexOf(rooms, import) > number)
                    .Select(import => $"{Path.GetRelativePath(root, file)} imports {import}"))),
        ];
        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_namespace_is_its_folder(string project, string[] rooms)
    {
        string root = Repository.PathOf("src", project);
        Assert.All(
            rooms.SelectMany(room => Directory.EnumerateFiles(Path.Combine(root, room), "*.cs", SearchOption.AllDirectories)),
            file =>
                Assert.Contains(
                    $"namespace {project}.{Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.')};",
                    File.ReadAllText(file),
                    StringComparison.Ordinal));
    }

    /// <summary>The rooms that a file names: in its usings, or as the first part of a longer name.</summary>
    private static IEnumerable<string> Imports(string code, string project) =>
        Regex
            .Matches(
                code,
                $@"(?:^using (?:static )?{Regex.Escape(project)}\.|(?<![.\w]){Regex.Escape(project)}\.)(\w+)",
                RegexOptions.Multiline,
                TimeSpan.FromSeconds(10))
            .Select(match => match.Groups[1].Value)
            .Distinct();
}
