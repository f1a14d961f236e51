using DenseCL.Platform;

namespace DenseCL.Tests.Platform;

public sealed class NewFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_is_there_when_it_is_complete_and_an_empty_one_gives_way(bool wasThere)
    {
        if (wasThere)
        {
            Directory.CreateDirectory(folder["new"]);
        }

        NewFolder.Write(folder["new"], path =>
        {
            Assert.False(Directory.Exists(folder["new"]));
            File.WriteAllText(Path.Combine(path, "a"), "content");
        });
        Assert.Equal("content", File.ReadAllText(folder["new", "a"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_a_failure_all_is_as_it_was(bool wasThere)
    {
        if (wasThere)
        {
            Directory.CreateDirectory(folder["new"]);
        }

        Assert.Throws<InvalidDataException>(() => NewFolder.Write(folder["new"], path =>
        {
            File.WriteAllText(Path.Combine(path, "a"), "content");
            throw new InvalidDataException();
        }));
        Assert.Equal(wasThere ? [folder["new"]] : [], Directory.GetFileSystemEntries(folder.Path));
        Assert.False(File.Exists(folder["new", "a"]));
    }

    [Fact]
    public void A_link_to_an_empty_folder_stands_for_that_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        Directory.CreateDirectory(folder["real"]);
        Directory.CreateSymbolicLink(folder["link"], folder["real"]);
        NewFolder.Write(folder["link"], path => File.WriteAllText(Path.Combine(path, "a"), "content"));
        Assert.Equal("content", File.ReadAllText(folder["real", "a"]));
        Assert.NotNull(new DirectoryInfo(folder["link"]).LinkTarget);
    }
}
