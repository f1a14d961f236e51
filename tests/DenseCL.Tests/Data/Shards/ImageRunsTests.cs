using DenseCL.Data.Shards;
using DenseCL.Data.Sources;
using DenseCL.Platform;

namespace DenseCL.Tests.Data.Shards;

public sealed class ImageRunsTests
{
    private static ImageEntry[] Images(int count, long length) =>
        [.. Enumerable.Range(0, count).Select(i => new ImageEntry("/", $"{i}", length))];

    private static int[] Order(ImageRuns runs, ulong epoch)
    {
        CounterRandom random = new(1, epoch);
        return runs.Order(ref random);
    }

    [Theory]
    [InlineData(1 << 20, 4)]        // four of 1 MiB are 4 MiB
    [InlineData((1 << 20) + 1, 4)]
    [InlineData(5 << 20, 1)]
    [InlineData(3 << 20, 2)]        // the second completes the run
    [InlineData(10, 1024)]
    public void A_run_has_four_megabytes_or_1024_images(long length, int expected)
    {
        IReadOnlyList<int> starts = new ImageRuns(Images(3000, length)).Starts;
        Assert.Equal(Enumerable.Range(0, (2999 / expected) + 1).Select(i => i * expected), starts);
    }

    [Fact]
    public void An_epoch_has_every_image_once_and_whole_runs_in_every_window()
    {
        ImageRuns runs = new(Images(1001, 1 << 20));
        int[] order = Order(runs, 3);

        Assert.Equal(Enumerable.Range(0, 1001), order.Order());
        int[][] windows = [.. order.Chunk(64 * 4)];

        // The last run has one image: the window that it is in is shorter by three, and those after it begin earlier.
        int last = Array.IndexOf(order, 1000) / 256;
        Assert.All(windows.Take(last), window => Assert.All(window.GroupBy(image => image / 4), run => Assert.Equal(4, run.Count())));
        Assert.NotEqual(order.Order(), order);
    }

    [Fact]
    public void Within_a_window_the_runs_are_mixed_and_every_epoch_differs()
    {
        ImageRuns runs = new(Images(64 * 4, 1 << 20));
        int[] order = Order(runs, 0);

        // A uniform order has a neighbour of the same run after an image with probability 3 in 255: 3 times in 255, and 20 times never.
        int neighbours = Enumerable.Range(1, order.Length - 1).Count(i => order[i] / 4 == order[i - 1] / 4);
        Assert.InRange(neighbours, 0, 20);
        Assert.NotEqual(order, Order(runs, 1));
        Assert.Equal(order, Order(runs, 0));
    }
}
