using DenseCL.Method;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Method;

public class NegativeQueueTests
{
    [Fact]
    public void It_holds_the_last_keys_in_order_also_where_the_ring_wraps()
    {
        using DisposeScope scope = NewDisposeScope();
        const int capacity = 10, batch = 4;
        using NegativeQueue queue = new(full(capacity, 1, -1.0f));
        List<float> all = [];
        for (int i = 0; i < 9; i++)
        {
            float[] keys = [.. Enumerable.Range(i * batch, batch).Select(n => (float)n)];
            queue.Enqueue(torch.tensor(keys).view(batch, 1));
            all.AddRange(keys);

            // Entry p holds the last key whose number is p modulo the capacity: worked out by brute force.
            float[] expected = [.. Enumerable.Repeat(-1f, capacity)];
            for (int n = 0; n < all.Count; n++)
            {
                expected[n % capacity] = all[n];
            }

            Assert.Equal(expected, queue.Keys.data<float>().ToArray());
            Assert.Equal(all.Count % capacity, queue.Position);
            Assert.Equal(Math.Min(1, all.Count / (double)capacity), queue.Filled, 12);
        }
    }

    [Fact]
    public void As_many_keys_as_entries_take_the_place_of_all()
    {
        using DisposeScope scope = NewDisposeScope();
        using NegativeQueue queue = new(zeros(3, 1));
        Assert.Equal((3, 0, 0), (queue.Capacity, queue.Enqueued, queue.Filled));
        queue.Enqueue(torch.tensor(new[] { 1f, 2f }).view(2, 1));
        queue.Enqueue(torch.tensor(new[] { 3f, 4f, 5f }).view(3, 1));
        Assert.Equal([4f, 5f, 3f], queue.Keys.data<float>().ToArray());
        Assert.Equal((5, 2, 1), (queue.Enqueued, queue.Position, queue.Filled));
    }

    [Fact]
    public void A_restored_queue_goes_on_where_it_was()
    {
        using DisposeScope scope = NewDisposeScope();
        using NegativeQueue queue = new(zeros(10, 1));
        queue.Restore(23);
        Assert.Equal((23, 3, 1), (queue.Enqueued, queue.Position, queue.Filled));
        queue.Enqueue(ones(1, 1));
        Assert.Equal([0f, 0, 0, 1, 0, 0, 0, 0, 0, 0], queue.Keys.data<float>().ToArray());
        queue.Restore(4);
        Assert.Equal((4, 4, 0.4), (queue.Enqueued, queue.Position, queue.Filled));
    }

    [Fact]
    public void More_keys_than_entries_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using NegativeQueue queue = new(zeros(4, 2));
        Assert.Contains(
            "5 keys do not fit a queue of 4",
            Assert.Throws<ArgumentException>(() => queue.Enqueue(zeros(5, 2))).Message,
            StringComparison.Ordinal);
    }
}
