using System.Reflection;
using PublicApiGenerator;

namespace DenseCL.Tests.PublicApi;

/// <summary>What a program can see of the library, held against the listings beside this file: none of it changes unnoticed.</summary>
public class PublicApiTests
{
    private const string Rewrite = "DENSECL_REWRITE_PUBLIC_API";

    [Theory]
    [InlineData("DenseCL")]
    [InlineData("DenseCL.Transfer")]
    [InlineData("DenseCL.Reports")]
    public void The_public_surface_is_the_one_that_is_written_down(string assembly)
    {
        string listing = Repository.PathOf("tests", "DenseCL.Tests", "PublicApi", $"{assembly}.txt");
        ApiGeneratorOptions options = new() { IncludeAssemblyAttributes = false };
        string now = Assembly.Load(assembly).GeneratePublicApi(options).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
        {
            File.WriteAllText(listing, now);
            return;
        }

        string written = File.ReadAllText(listing).ReplaceLineEndings("\n");
        string[] before = written.Split('\n'), after = now.Split('\n');
        string[] changes =
        [
            .. before.Except(after, StringComparer.Ordinal).Select(line => $"- {line.Trim()}"),
            .. after.Except(before, StringComparer.Ordinal).Select(line => $"+ {line.Trim()}"),
        ];
        Assert.True(
            now == written,
            $"""
            The public surface of {assembly} is not that of {listing}:
            {string.Join('\n', changes)}
            If that is meant, run this test with {Rewrite}=1, look at the difference and commit it.
            """);
    }
}
