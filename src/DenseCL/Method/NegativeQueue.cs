using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>
/// The keys of earlier batches, which are the negatives of this one: a ring of K unit vectors in which new keys replace the oldest.
/// </summary>
internal sealed class NegativeQueue : IDisposable
{
    /// <summary>A queue that starts with the given vectors, which do not count as real keys.</summary>
    /// <param name="start">(K, D) unit vectors; the queue takes ownership of the tensor.</param>
    public NegativeQueue(Tensor start)
    {
        ArgumentNullException.ThrowIfNull(start);
        Keys = start.DetachFromDisposeScope();
    }

    /// <summary>(K, D): one row per entry.</summary>
    public Tensor Keys { get; }

    /// <summary>K, the number of entries.</summary>
    public long Capacity => Keys.shape[0];

    /// <summary>The entry that is written next.</summary>
    public long Position { get; private set; }

    /// <summary>How many keys were ever enqueued.</summary>
    public long Enqueued { get; private set; }

    /// <summary>The share of entries that are real keys, 0 … 1.</summary>
    public double Filled => (double)Math.Min(Enqueued, Capacity) / Capacity;

    /// <summary>Writes keys over the oldest entries. Every key is kept, even if the ring wraps.</summary>
    /// <param name="keys">(N, D) unit vectors, N at most K.</param>
    /// <exception cref="ArgumentException">There are more keys than entries.</exception>
    public void Enqueue(Tensor keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        long count = keys.shape[0];
        if (count > Capacity)
        {
            throw new ArgumentException($"{count} keys do not fit a queue of {Capacity} entries.", nameof(keys));
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long untilEnd = Math.Min(count, Capacity - Position);
        Keys.narrow(0, Position, untilEnd).copy_(keys.narrow(0, 0, untilEnd));
        Keys.narrow(0, 0, count - untilEnd).copy_(keys.narrow(0, untilEnd, count - untilEnd));
        Position = (Position + count) % Capacity;
        Enqueued += count;
    }

    /// <summary>Restores the position of the ring from a checkpoint; the caller fills <see cref="Keys"/>.</summary>
    internal void Restore(long enqueued)
    {
        Enqueued = enqueued;
        Position = enqueued % Capacity;
    }

    /// <inheritdoc/>
    public void Dispose() => Keys.Dispose();
}
