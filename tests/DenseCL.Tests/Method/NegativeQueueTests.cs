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
    public void More_keys_than_entries_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using NegativeQueue queue = new(zeros(4, 2));
        Assert.Contains("5 keys do not fit a queue of 4", Assert.Throws<ArgumentException>(() => queue.Enqueue(zeros(5, 2))).Message, StringComparison.Ordinal);
    }
}
