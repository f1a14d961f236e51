namespace DenseCL.Transfer.Features;

/// <summary>Makes items in the background, ahead of their use. They are returned in order, whichever is ready first.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <param name="ahead">The maximum number of items that are being made or waiting; at least 1.</param>
/// <param name="count">How many there are.</param>
/// <param name="make">
/// Makes an item from its number, 0 to <paramref name="count"/> − 1, on any thread. The token is cancelled when the item is no longer
/// needed.
/// </param>
internal sealed class Prefetcher<T>(int ahead, long count, Func<long, CancellationToken, T> make) : IDisposable
{
    private readonly CancellationTokenSource abandoned = new();
    private readonly Queue<Task<T>> underWay = new();
    private long next;

    /// <summary>The next item; an exception from making it is thrown here.</summary>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">All were taken.</exception>
    public T Next(CancellationToken stop)
    {
        TopUp();
        T made = underWay.Peek().WaitAsync(stop).GetAwaiter().GetResult();
        _ = underWay.Dequeue();
        TopUp();
        return made;
    }

    private void TopUp()
    {
        for (; underWay.Count < ahead && next < count; next++)
        {
            long number = next;
            underWay.Enqueue(Task.Run(() => make(number, abandoned.Token), abandoned.Token));
        }
    }

    /// <summary>Waits for the items in progress, so that nothing reads a file that its owner closes next.</summary>
    public void Dispose()
    {
        if (abandoned.IsCancellationRequested)
        {
            return;
        }

        abandoned.Cancel();
        Task.WhenAll(underWay)
            .ContinueWith(
                static done => _ = done.Exception,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default)
            .Wait();
        abandoned.Dispose();
    }
}
