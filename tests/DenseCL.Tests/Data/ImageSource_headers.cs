using System.Diagnostics;
using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Images;

namespace DenseCL.Tests.Data;

public sealed class ImageSource_headers : IDisposable
{
    private readonly TemporaryImages files = new();

    public void Dispose() => files.Dispose();

    private static ImageSource Check(
        ImageSource source,
        double maxBadShare,
        SkippedImages skipped,
        int threads = 2,
        IProgress<int>? progress = null
    ) => source.CheckHeaders(new ImageLimits(), threads, maxBadShare, skipped, progress, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Unusable_images_of_every_kind_are_found_before_the_training(int threads)
    {
        string[] bad = files.BadHeaders();
        string[] good = ["good/1.jpg", "good/2.png", "good/3.webp"];
        foreach (string name in good)
            files.Picture(name);
        var source = ImageSource.Open(files.Root);
        var skipped = new SkippedImages();
        var progress = new Progress();

        ImageSource usable = Check(source, 0.7, skipped, threads, progress);

        Assert.Equal(good, usable.Entries.Select(e => e.Name));
        Assert.Equal(bad, skipped.Entries.Select(e => e.File));
        Assert.All(skipped.Entries, e => Assert.NotEmpty(e.Reason));
        Assert.Equal(bad.Length, skipped.Entries.Select(e => e.Reason).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(8, usable.FoundCount);
        Assert.NotEqual(source.Fingerprint, usable.Fingerprint);
        Assert.Equal($"3 of 8 images below {files.Root}, ImageNet layout, 2 classes.", usable.Description);
        Assert.Equal(8, progress.Last);
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_found_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making links needs a privilege there");
        files.Picture("a.jpg");
        File.CreateSymbolicLink(files.PathOf("b.jpg"), files.PathOf("absent.jpg"));
        var skipped = new SkippedImages();

        Assert.Equal(["a.jpg"], Check(ImageSource.Open(files.Root), 1, skipped).Entries.Select(e => e.Name));
        Assert.Equal("b.jpg", Assert.Single(skipped.Entries).File);
    }

    [Fact]
    public async Task A_named_pipe_is_no_image_and_is_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes have no place among files there");
        CancellationToken cancel = TestContext.Current.CancellationToken;
        files.Picture("a.jpg");
        using (Process make = Process.Start("mkfifo", [files.PathOf("b.jpg")]))
            await make.WaitForExitAsync(cancel);
        var source = ImageSource.Open(files.Root);
        Assert.Equal(2, source.Entries.Count);

        ImageSource usable = await Task.Run(() => Check(source, 0.5, new SkippedImages()), cancel)
            .WaitAsync(TimeSpan.FromSeconds(20), cancel);

        Assert.Equal("a.jpg", Assert.Single(usable.Entries).Name);
    }

    [Fact]
    public void A_source_without_fault_stays_as_it_is()
    {
        files.Picture("a.jpg");
        var source = ImageSource.Open(files.Root);

        Assert.Same(source, Check(source, 0, new SkippedImages()));
    }

    [Fact]
    public void More_bad_images_than_are_borne_end_the_run()
    {
        files.BadHeaders();
        files.Picture("good.jpg");
        var source = ImageSource.Open(files.Root);

        string message = Assert.Throws<DataException>(() => Check(source, 0.8, new SkippedImages())).Message;

        Assert.StartsWith(
            "5 of 6 images (83.33%) cannot be used, more than data.maxBadShare = 0.8 allows: bad/animated.gif (",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_of_bad_images_only_is_refused_whatever_is_borne()
    {
        files.BadHeaders();

        Assert.StartsWith(
            "None of 5 images below ",
            Assert.Throws<DataException>(() => Check(ImageSource.Open(files.Root), 1, new SkippedImages())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Checking_can_be_cancelled()
    {
        files.Picture("a.jpg");
        var source = ImageSource.Open(files.Root);

        Assert.ThrowsAny<OperationCanceledException>(() =>
            source.CheckHeaders(new ImageLimits(), 2, 0, new SkippedImages(), null, new CancellationToken(canceled: true)));
    }

    private sealed class Progress : IProgress<int>
    {
        public int Last { get; private set; }

        public void Report(int value) => Last = value;
    }
}
