using DenseCL.Recipes;

namespace DenseCL.Tests.Documents;

public class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public void Every_file_it_points_to_is_there()
    {
        string[] links = [.. Readme.Split("](").Skip(1).Select(rest => rest.Split(')')[0]).Where(link => !link.StartsWith("http", StringComparison.Ordinal))];
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(File.Exists(Repository.PathOf(link)), link));
    }

    [Fact]
    public void It_names_every_shipped_recipe() =>
        Assert.All(RecipeReader.Shipped, name => Assert.Contains($"`{name}`", Readme, StringComparison.Ordinal));
}
