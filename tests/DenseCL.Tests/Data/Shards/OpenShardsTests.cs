using System.Globalization;
using DenseCL.Data;
using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Recipes;

namespace DenseCL.Tests.Data.Shards;

public sealed class OpenShardsTests : IDisposable
{
    private readonly TemporaryImages files = new();
    private readonly TemporaryFolder made = new();

    public void Dispose()
    {
        files.Dispose();
        made.Dispose();
    }

    private ImageSource Pack(int images)
    {
        for (int i = 0; i < images; i++)
            files.Picture(string.Create(CultureInfo.InvariantCulture, $"{i:D3}.jpg"), seed: i);

        ShardPack.Write(
            ImageSource.Open(files.Root),
            made["pack"],
            new() { ImagesPerShard = 1 },
            new(),
            null,
            TestContext.Current.CancellationToken);
        return ImageSource.Open(made["pack"]);
    }

    [Fact]
    public void Images_of_more_shards_than_stay_open_are_read_and_the_files_are_closed_in_the_end()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Open files are listed in /proc/self/fd on Linux.");
        ImageSource source = Pack(150);
        using (OpenShards shards = new())
        {
            foreach (ImageEntry entry in source.Entries)
            {
                using ImageFile image = shards.Open(entry, ImageLimits.Default);
                Assert.Equal(File.ReadAllBytes(files.PathOf(entry.Name)), image.Read(image.Length).ToArray());
            }

            Assert.Equal(128, OpenFiles());
        }

        Assert.Equal(0, OpenFiles());

        int OpenFiles() =>
            new DirectoryInfo("/proc/self/fd")
                .EnumerateFileSystemInfos()
                .Count(f => f.LinkTarget?.StartsWith(made.Path, StringComparison.Ordinal) == true);
    }

    [Fact]
    public void A_shard_is_not_closed_under_an_image_that_is_still_read()
    {
        ImageSource source = Pack(2);
        OpenShards shards = new();
        using ImageFile image = shards.Open(source.Entries[1], ImageLimits.Default);
        shards.Dispose();
        Assert.Equal(File.ReadAllBytes(files.PathOf("001.jpg")), image.Read(image.Length).ToArray());
    }

    [Theory]
    [InlineData(Shuffle.Full)]
    [InlineData(Shuffle.Shards)]
    public void A_shard_that_was_cut_after_it_was_opened_gives_skipped_images(Shuffle shuffle)
    {
        ImageSource source = Pack(6);
        using (FileStream shard = new(source.Entries[4].Path, FileMode.Open))
            shard.SetLength(700);

        SkippedImages skipped = new();
        Assert.DoesNotContain("004.jpg", Batches.Of(source, shuffle, skipped: skipped).SelectMany(b => b.Names));
        Assert.Equal("004.jpg", Assert.Single(skipped.Entries).File);
    }

    [Fact]
    public void Limits_hold_for_packed_images_without_reading_them()
    {
        ImageSource source = Pack(3);
        File.Delete(source.Entries[0].Path);
        SkippedImages skipped = new();
        Assert.Same(source, source.CheckHeaders(new(), 1, 0, skipped, null, TestContext.Current.CancellationToken));

        var error = Assert.Throws<DataException>(
            () => source.CheckHeaders(new() { MinSide = 41 }, 1, 1, skipped, null, TestContext.Current.CancellationToken));
        Assert.Contains("48 × 40 pixels are too small", error.Message, StringComparison.Ordinal);
    }
}
