using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Recipes;
using DenseCL.Tests.Data;
using DenseCL.Training;

namespace DenseCL.Tests.Training;

/// <summary>A program that trains leaves out the same files as the command: the README's program checks nothing itself.</summary>
public sealed class UsableImagesTests : IDisposable
{
    private static readonly string[] Small =
        ["data.size=32", "optim.batch=4", "optim.batchNormGroup=2", "optim.epochs=1", "method.queue=64", "method.imageNegatives=none", "data.maxBadShare=0.5"];

    private readonly TemporaryImages images = new();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        images.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void The_constructor_leaves_out_what_cannot_be_used_and_the_run_lists_it()
    {
        string[] bad = images.BadHeaders();
        for (int i = 0; i < 8; i++)
            images.Picture($"{i}.png", 40, 40, seed: i);

        using RunFolder run = RunFolder.Open(folder["run"], resume: false);
        SkippedImages skipped = new();
        using Pretrainer pretrainer = new(RecipeReader.Read("small", Small), ImageSource.Open(images.Root), skipped, run);
        Assert.Equal(2, pretrainer.Steps);      // 8 images, not 13
        Assert.Equal(bad, skipped.Entries.Select(entry => entry.File));
        Assert.True(pretrainer.Run(progress: null, TestContext.Current.CancellationToken));
        Assert.Equal(bad.Length, File.ReadLines(run.Skipped).Count());
    }

    [Fact]
    public void Too_many_bad_images_are_an_error_and_are_all_listed()
    {
        string[] bad = images.BadHeaders();
        images.Picture("good.png", 40, 40);
        using RunFolder run = RunFolder.Open(folder["run"], resume: false);
        DataException error = Assert.Throws<DataException>(
            () => new Pretrainer(RecipeReader.Read("small", Small), ImageSource.Open(images.Root), new SkippedImages(), run));
        Assert.Contains(run.Skipped, error.Message, StringComparison.Ordinal);
        Assert.Equal(bad.Length, File.ReadLines(run.Skipped).Count());
    }

    [Fact]
    public void What_was_checked_is_not_read_again()
    {
        images.Picture("good.png", 40, 40);
        ImageSource source = ImageSource.Open(images.Root).CheckHeaders(new(), 1, 1, new(), null, TestContext.Current.CancellationToken);
        File.Delete(images.PathOf("good.png"));
        Assert.Same(source, source.CheckHeaders(new(), 1, 1, new(), null, TestContext.Current.CancellationToken));
        Assert.Throws<DataException>(() => source.CheckHeaders(new() { MinSide = 17 }, 1, 1, new(), null, TestContext.Current.CancellationToken));
    }
}
