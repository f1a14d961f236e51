using DenseCL.Transfer.Features;

namespace DenseCL.Tests.Transfer.Features;

public class PrefetcherTests
{
    private static CancellationToken Never => CancellationToken.None;

    [Fact]
    public void Items_come_in_order_whichever_is_made_first()
    {
        using ManualResetEventSlim secondIsMade = new();
        using Prefetcher<long> items = new(ahead: 2, count: 2, (number, _) =>
        {
            if (number == 0)
            {
                secondIsMade.Wait(Never);
            }
            else
            {
                secondIsMade.Set();
            }

            return number;
        });

        Assert.Equal([0, 1], [items.Next(Never), items.Next(Never)]);
    }

    [Fact]
    public void No_more_are_begun_than_those_ahead_and_those_taken()
    {
        List<long> begun = [];
        using Prefetcher<long> items = new(ahead: 3, count: 100, (number, _) =>
        {
            lock (begun)
            {
                begun.Add(number);
            }

            return number;
        });

        items.Next(Never);
        items.Next(Never);
        items.Dispose();    // waits for what is under way

        Assert.Equal([0, 1], begun.Order().Take(2));
        Assert.InRange(begun.Count, 2, 5);
    }

    [Fact]
    public void What_making_an_item_throws_comes_in_its_place()
    {
        using Prefetcher<long> items = new(ahead: 2, count: 2, (number, _) => number == 1 ? throw new IOException("gone") : number);

        Assert.Equal(0, items.Next(Never));
        Assert.Equal("gone", Assert.Throws<IOException>(() => items.Next(Never)).Message);
    }

    [Fact]
    public void After_the_last_there_is_none()
    {
        using Prefetcher<long> items = new(ahead: 4, count: 1, (number, _) => number);

        items.Next(Never);
        Assert.Throws<InvalidOperationException>(() => items.Next(Never));
    }

    [Fact]
    public void A_wait_that_was_given_up_leaves_the_item_to_be_taken()
    {
        using ManualResetEventSlim go = new();
        using CancellationTokenSource stop = new();
        using Prefetcher<long> items = new(ahead: 1, count: 1, (number, _) =>
        {
            go.Wait(Never);
            return number;
        });

        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => items.Next(stop.Token));
        go.Set();
        Assert.Equal(0, items.Next(Never));
    }

    [Fact]
    public void Disposal_cancels_what_is_under_way_and_waits_for_it()
    {
        using ManualResetEventSlim begun = new();
        bool ended = false;
        Prefetcher<long> items = new(ahead: 2, count: 2, (number, abandoned) =>
        {
            if (number == 1)
            {
                begun.Set();
                abandoned.WaitHandle.WaitOne();
                Volatile.Write(ref ended, true);
            }

            return number;
        });

        items.Next(Never);
        begun.Wait(Never);
        items.Dispose();

        Assert.True(Volatile.Read(ref ended));
    }
}
