using DenseCL.Data.Sources;
using DenseCL.Recipes;
using DenseCL.Training;

namespace DenseCL.Tests;

public class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public void Its_program_compiles_as_it_stands()
    {
        string[] code = Readme.Split("```csharp\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string here = File.ReadAllText(Repository.PathOf("tests", "DenseCL.Tests", "ReadmeTests.cs"));
        Assert.NotEmpty(code);
        Assert.All(code, line => Assert.Contains(line, here, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_file_it_points_to_is_there()
    {
        string[] links = [.. Readme.Split("](").Skip(1).Select(rest => rest.Split(')')[0]).Where(link => !link.StartsWith("http", StringComparison.Ordinal))];
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(File.Exists(Repository.PathOf(link)), link));
    }

    [Fact]
    public void It_names_every_shipped_recipe() => Assert.All(RecipeReader.Shipped, name => Assert.Contains($"`{name}`", Readme, StringComparison.Ordinal));

    // Never called: it is here to be compiled.
    internal static void Example()
    {
        Recipe recipe = RecipeReader.Read("small", "optim.epochs=50");
        using RunFolder folder = RunFolder.Open("run", resume: false);
        using Pretrainer pretrainer = new(recipe, ImageSource.Open("photos"), new SkippedImages(), folder);
        pretrainer.Run(progress: null, stop: default);
    }
}
