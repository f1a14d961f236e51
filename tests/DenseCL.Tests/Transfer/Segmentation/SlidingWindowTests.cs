using CsCheck;
using DenseCL.Transfer.Segmentation.Network;
using DenseCL.Transfer.Segmentation.Prediction;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Segmentation;

public sealed class SlidingWindowTests
{
    [Fact]
    public void Windows_cover_a_side_and_end_where_it_ends() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 40])
            .SelectMany(s => Gen.Int[1, s.Item2].Select(stride => (Side: s.Item1, Window: s.Item2, Stride: stride)))
            .Sample(c =>
            {
                IReadOnlyList<int> starts = SlidingWindow.Starts(c.Side, c.Window, c.Stride);
                int window = Math.Min(c.Window, c.Side);
                return starts[0] == 0
                    && starts[^1] + window == c.Side
                    && starts.Zip(starts.Skip(1)).All(pair => pair.Second > pair.First && pair.Second - pair.First <= c.Stride);
            });

    [Fact]
    public void Cityscapes_sizes_give_the_usual_windows()
    {
        Assert.Equal([0, 255], SlidingWindow.Starts(1024, 769, 513));
        Assert.Equal([0, 513, 1026, 1279], SlidingWindow.Starts(2048, 769, 513));
    }

    [Fact]
    public void Overlaps_are_averaged_as_by_brute_force()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor image = randn(1, 3, 11, 17);
        (int h, int w, int down, int across) = (5, 7, 3, 4);
        Tensor actual = SlidingWindow.Logits(Network, image, (h, w), (down, across), TestContext.Current.CancellationToken);

        float[,] sum = new float[11, 17];
        int[,] times = new int[11, 17];
        foreach (int top in new[] { 0, 3, 6 })
        {
            foreach (int left in new[] { 0, 4, 8, 10 })
            {
                Tensor logits = Network(image[.., .., top..(top + h), left..(left + w)]);
                for (int y = 0; y < h; y++)
                {
                    for (int x = 0; x < w; x++)
                    {
                        sum[top + y, left + x] += logits[0, 1, y, x].item<float>();
                        times[top + y, left + x]++;
                    }
                }
            }
        }

        Assert.Equal([1, 2, 11, 17], actual.shape);
        for (int y = 0; y < 11; y++)
        {
            for (int x = 0; x < 17; x++)
            {
                Assert.Equal(sum[y, x] / times[y, x], actual[0, 1, y, x].item<float>(), 4);
            }
        }

        // Each window is judged by its own mean: overlapping windows do not say the same.
        static Tensor Network(Tensor part) =>
            cat([part.mean([1], keepdim: true) - part.mean(), part.amax([1], keepdim: true) * part.std()], 1);
    }

    [Fact]
    public void A_window_that_covers_the_image_is_the_whole_image()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = randn(1, 3, 20, 30);
        Tensor whole = SlidingWindow.Logits(Network, image, (20, 30), (14, 20), TestContext.Current.CancellationToken);
        Tensor larger = SlidingWindow.Logits(Network, image, (64, 64), (40, 40), TestContext.Current.CancellationToken);
        Assert.True(whole.eq(larger).all().item<bool>());
        Assert.True(whole.eq(SegmentationLoss.Enlarge(Network(image), 20, 30)).all().item<bool>());

        static Tensor Network(Tensor part) => nn.functional.avg_pool2d(part, 5);      // a coarse map, as a network's
    }

    [Fact]
    public void A_cancelled_test_stops() =>
        Assert.ThrowsAny<OperationCanceledException>(() =>
            SlidingWindow.Logits(part => part, zeros(1, 3, 8, 8), (4, 4), (2, 2), new CancellationToken(canceled: true)));
}
