using System.Diagnostics;
using System.Runtime.InteropServices;
using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Compute;

public sealed class TensorArithmeticTests
{
    [Fact]
    public void Sums_and_products_are_those_of_libtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor([1f, -2f, 3f]), y = tensor([0.5f, 4f, -1f]);
        Expect(x.Plus(y), 1.5f, 2f, 2f);
        Expect(x.Times(2), 2f, -4f, 6f);
        Expect(x.Over(4), 0.25f, -0.5f, 0.75f);
        Expect(x, 1f, -2f, 3f);
        Expect(x.clone().AddInPlace(y), 1.5f, 2f, 2f);
        Expect(x.clone().AddInPlace(y, -2), 0f, -10f, 5f);
        Expect(x.clone().MultiplyInPlace(-0.5), -0.5f, 1f, -1.5f);
        Expect(x.clone().DivideInPlace(0.5), 2f, -4f, 6f);
        Expect(x.AtMost(1), 1f, -2f, 1f);
        Expect(x.AtLeast(0), 1f, 0f, 3f);
        Expect(x.clone().Fill(7), 7f, 7f, 7f);
        Expect(x.Increment(), 2f, -1f, 4f);
        Expect(x, 2f, -1f, 4f);

        static void Expect(Tensor actual, params float[] expected) => Assert.Equal(expected, actual.data<float>().ToArray());
    }

    /// <summary>
    /// With a control: the same sum by TorchSharp's own operators, whose numbers nobody holds, shows after how many rounds the collector
    /// takes one away here. Held numbers then have to last many times as long.
    /// </summary>
    [Fact]
    public async Task The_garbage_collector_takes_no_number_away_while_it_is_read()
    {
        using CancellationTokenSource done = new();
        Task collector = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    GC.Collect(0);
                    GC.WaitForPendingFinalizers();
                }
            },
            TestContext.Current.CancellationToken);
        try
        {
            int? lasted = Rounds((sum, one) => sum.add_((one * 2 / 2) + one, 0.5), int.MaxValue, TimeSpan.FromSeconds(20));
            int rounds = Math.Max(20_000, 20 * (lasted ?? 0));
            Assert.Null(Rounds((sum, one) => sum.AddInPlace(one.Times(2).Over(2).Plus(one), 0.5), rounds, Timeout.InfiniteTimeSpan));
            Assert.SkipWhen(
                lasted is null,
                "In 20 seconds the collector took no number away from plain arithmetic either: that held ones last says nothing here.");
            TestContext.Current.TestOutputHelper!.WriteLine($"{lasted} rounds without, {rounds} with");
        }
        finally
        {
            await done.CancelAsync();
            await collector;
        }

        // Each round adds 1 four times; the first after which a sum is wrong, or that libtorch refuses because what it read was no number;
        // null if there is none.
        static int? Rounds(Action<Tensor, Tensor> add, int count, TimeSpan limit)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor sum = zeros(4), one = ones(4);
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < count && (limit < TimeSpan.Zero || Stopwatch.GetElapsedTime(start) < limit); i++)
            {
                using DisposeScope round = NewDisposeScope();
                try
                {
                    sum.zero_();
                    add(sum, one);
                    if (!sum.data<float>().ToArray().All(value => value == 1))
                    {
                        return i;
                    }
                }
                catch (ExternalException)
                {
                    return i;
                }
            }

            return null;
        }
    }
}
