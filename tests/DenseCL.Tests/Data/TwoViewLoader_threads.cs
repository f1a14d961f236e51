using System.Globalization;
using DenseCL.Data.Loading;
using DenseCL.Data.Sources;
using DenseCL.Recipes;

namespace DenseCL.Tests.Data;

public sealed class TwoViewLoader_threads : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryImages files = new();
    private readonly TwoViewLoader loader;

    public TwoViewLoader_threads()
    {
        for (int i = 0; i < 12; i++)
            files.Picture(string.Create(CultureInfo.InvariantCulture, $"{i:D2}.jpg"), 320, 240, i);
        loader = new TwoViewLoader(new TwoViewLoaderOptions
        {
            Source = ImageSource.Open(files.Root),
            Augmentation = new DataOptions { Size = 64 },
            Batch = 4,
            Threads = 3,
            Prefetch = 3,
        });
    }

    public void Dispose()
    {
        loader.Dispose();
        files.Dispose();
    }

    // A deadlock fails the test instead of hanging the suite.
    private static Task InTime(Action action) =>
        Task.Run(action, TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

    [Fact]
    public Task They_end_with_the_loader_after_an_epoch() => InTime(() =>
    {
        Assert.Equal(3, loader.Epoch(0, 0, TestContext.Current.CancellationToken).Count());
        Assert.Equal(3, loader.ThreadsAlive);
        loader.Dispose();
        Assert.Equal(0, loader.ThreadsAlive);
    });

    [Fact]
    public Task They_end_though_nothing_was_asked_for() => InTime(() =>
    {
        loader.Dispose();
        loader.Dispose();
        Assert.Equal(0, loader.ThreadsAlive);
        Assert.Throws<ObjectDisposedException>(() => loader.Epoch(0, 0, CancellationToken.None));
    });

    [Fact]
    public Task They_end_though_the_consumer_stopped_in_the_middle() => InTime(() =>
    {
        IEnumerator<ViewBatch> left = loader.Epochs(0, 0, 1000, TestContext.Current.CancellationToken).GetEnumerator();
        Assert.True(left.MoveNext());

        loader.Dispose();

        Assert.Equal(0, loader.ThreadsAlive);
        Assert.Throws<ObjectDisposedException>(() => left.MoveNext());
    });

    [Fact]
    public Task A_consumer_on_another_thread_is_told_of_the_end() => InTime(() =>
    {
        using var running = new ManualResetEventSlim();
        Task consumer = Task.Run(() =>
        {
            foreach (ViewBatch batch in loader.Epochs(0, 0, 1_000_000, CancellationToken.None))
            {
                batch.Dispose();
                running.Set();
            }
        });
        running.Wait(TestContext.Current.CancellationToken);

        loader.Dispose();

        Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(() => consumer.Wait(TestContext.Current.CancellationToken)).InnerException);
    });

    [Fact]
    public Task Cancelling_ends_the_epoch_and_the_loader_can_begin_again() => InTime(() =>
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        byte[] first = [];
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (ViewBatch batch in loader.Epochs(0, 0, 1000, cancel.Token))
            {
                using (batch)
                {
                    first = [.. batch.Query];
                    cancel.Cancel();
                }
            }
        });

        using ViewBatch again = loader.Epoch(0, 0, TestContext.Current.CancellationToken).First();
        Assert.Equal(first, again.Query);
    });

    [Fact]
    public Task Two_epochs_can_be_read_side_by_side() => InTime(() =>
    {
        int[][] Orders(int epoch) => [.. loader.Epoch(epoch, 0, TestContext.Current.CancellationToken).Select(b => b.Images)];
        int[][] expected = [.. Orders(0), .. Orders(1)];

        var both = loader.Epoch(0, 0, TestContext.Current.CancellationToken).Zip(loader.Epoch(1, 0, TestContext.Current.CancellationToken)).ToList();

        Assert.Equal(expected, [.. both.Select(b => b.First.Images), .. both.Select(b => b.Second.Images)]);
    });
}
