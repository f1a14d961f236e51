namespace DenseCL.Transfer.Features;

/// <summary>Makes items in the background, ahead of whoever takes them. They come in order, whichever is ready first.</summary>
/// <typeparam name="T">What is made.</typeparam>
/// <param name="ahead">Items that are made or wait to be taken, at most; at least 1.</param>
/// <param name="count">How many there are.</param>
/// <param name="make">
/// Makes the item of a number from 0 to <paramref name="count"/> − 1, on any thread. Its token is cancelled when nobody will take it.
/// </param>
internal sealed class Prefetcher<T>(int ahead, long count, Func<long, CancellationToken, T> make) : IDisposable
{
    private readonly CancellationTokenSource abandoned = new();
    private readonly Queue<Task<T>> underWay = new();
    private long next;

    /// <summary>The next item; whatever its making throws comes here.</summary>
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

    /// <summary>Waits for what is under way, so that nothing reads a file that its owner closes next.</summary>
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
