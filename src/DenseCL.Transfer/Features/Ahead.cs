namespace DenseCL.Transfer.Features;

/// <summary>Makes items in the background, in order, some of them ahead of whoever takes them.</summary>
/// <remarks>They are the same whatever is ready when.</remarks>
/// <param name="count">How many there are.</param>
/// <param name="ahead">How many are made or held at a time, at least 1.</param>
/// <param name="make">Makes the item of a number from 0; the token ends the work.</param>
internal sealed class Ahead<T>(long count, int ahead, Func<long, CancellationToken, T> make) : IDisposable
{
    private readonly CancellationTokenSource abandoned = new();
    private readonly Queue<Task<T>> underWay = [];
    private long next;

    /// <summary>The next item; there must be one.</summary>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public T Next(CancellationToken stop)
    {
        TopUp();
        T made = underWay.Peek().WaitAsync(stop).GetAwaiter().GetResult();      // it stays until it is done: disposing waits for it
        _ = underWay.Dequeue();
        TopUp();
        return made;
    }

    /// <summary>Ends what is under way, and waits for it.</summary>
    public void Dispose()
    {
        abandoned.Cancel();
        Task ended = Task.WhenAll(underWay).ContinueWith(
            static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        ended.Wait();
        abandoned.Dispose();
    }

    private void TopUp()
    {
        for (; next < count && underWay.Count < ahead; next++)
        {
            long number = next;
            underWay.Enqueue(Task.Run(() => make(number, abandoned.Token), abandoned.Token));
        }
    }
}
