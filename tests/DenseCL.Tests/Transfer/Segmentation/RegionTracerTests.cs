using DenseCL.Transfer.Segmentation.Prediction;

namespace DenseCL.Tests.Transfer.Segmentation;

/// <summary>Polygons against the masks that they came from.</summary>
public sealed class RegionTracerTests
{
    [Theory]
    [InlineData(1, 7, 5, 2)]
    [InlineData(2, 12, 9, 2)]
    [InlineData(3, 20, 20, 3)]
    [InlineData(4, 1, 1, 1)]
    [InlineData(5, 40, 31, 2)]
    public void Drawn_again_they_are_the_mask(int seed, int width, int height, int classes)
    {
        Random random = new(seed);
        byte[] mask = [.. Enumerable.Range(0, width * height).Select(_ => (byte)random.Next(classes))];
        TracedRegion[] regions = [.. new RegionTracer(mask, width, height).Trace()];
        Assert.Equal(mask.Length, regions.Sum(region => region.Area));
        int[] drawn = new int[mask.Length];
        foreach (TracedRegion region in regions)
        {
            long pixels = 0;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    if (Contains(region.Ring, x + 0.5, y + 0.5))
                    {
                        Assert.Equal(mask[(y * width) + x], region.Class);
                        drawn[(y * width) + x]++;
                        pixels++;
                    }
                }
            }

            Assert.Equal(region.Area, pixels);
        }

        Assert.All(drawn, times => Assert.Equal(1, times));
    }

    [Fact]
    public void A_region_with_a_hole_is_one_ring()
    {
        byte[] mask =
        [
            1, 1, 1, 1,
            1, 0, 0, 1,
            1, 1, 1, 1,
        ];
        TracedRegion[] regions = [.. new RegionTracer(mask, 4, 3).Trace()];
        Assert.Equal([(1, 10L), (0, 2L)], regions.Select(region => ((int)region.Class, region.Area)));
        Assert.Equal((0, 0, 4, 3), regions[0].Box);
        Assert.Equal([1, 1, 3, 1, 3, 2, 1, 2], regions[1].Ring);
    }

    // Even-odd rule: the two sides of a cut take each other away.
    private static bool Contains(IReadOnlyList<int> ring, double x, double y)
    {
        bool inside = false;
        for (int i = 0; i < ring.Count; i += 2)
        {
            int next = (i + 2) % ring.Count;
            if (ring[i + 1] > y != ring[next + 1] > y && x < ring[i])
            {
                inside = !inside;       // every edge that is crossed is vertical
            }
        }

        return inside;
    }
}
