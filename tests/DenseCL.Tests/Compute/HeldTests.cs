using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Compute;

public sealed class HeldTests
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

        using (DisposeScope scope = NewDisposeScope())
        {
            Tensor sum = zeros(4), one = ones(4);
            for (int i = 0; i < 20_000; i++)
            {
                using DisposeScope step = NewDisposeScope();
                sum.AddInPlace(one.Times(2).Over(2).Plus(one), 0.5);
            }

            Assert.Equal([20_000f, 20_000f, 20_000f, 20_000f], sum.data<float>().ToArray());
        }

        await done.CancelAsync();
        await collector;
    }
}
