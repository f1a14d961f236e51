namespace DenseCL.Data.Loading;

/// <summary>A batch that is being filled; one image is one unit of work.</summary>
/// <param name="epoch">Number of the epoch.</param>
/// <param name="index">Number of the batch in the epoch.</param>
/// <param name="order">The epoch's order of the images.</param>
/// <param name="buffers">What is filled.</param>
internal sealed class BatchWork(int epoch, int index, int[] order, ViewBuffers buffers)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int unitsLeft = buffers.Images.Length;
    private volatile Exception? failure;

    public int Epoch => epoch;

    public int Index => index;

    public int[] Order => order;

    public ViewBuffers Buffers => buffers;

    /// <summary>The first error; the rest of the batch need not be processed.</summary>
    public Exception? Failure => failure;

    public void Fail(Exception cause) => Interlocked.CompareExchange(ref failure, cause, null);

    public void UnitDone()
    {
        if (Interlocked.Decrement(ref unitsLeft) == 0) done.SetResult();
    }

    public void Wait(CancellationToken cancellationToken) => done.Task.Wait(cancellationToken);
}
