using DenseCL.Data;
using DenseCL.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Pretraining;

public class DenseMatchingTests
{
    [Fact]
    public void Every_query_position_gets_the_key_position_of_largest_cosine()
    {
        using DisposeScope scope = NewDisposeScope();
        const int images = 3, positions = 9, channels = 6;
        using Generator generator = new(3);
        Tensor query = randn(images, positions, channels, generator: generator) * 5, key = randn(images, positions, channels, generator: generator);
        float[] q = query.data<float>().ToArray(), k = key.data<float>().ToArray();
        List<long> expected = [];
        for (int n = 0; n < images; n++)
        {
            for (int s = 0; s < positions; s++)
            {
                expected.Add(Enumerable.Range(0, positions).MaxBy(j => Cosine(q.AsSpan(((n * positions) + s) * channels, channels), k.AsSpan(((n * positions) + j) * channels, channels))));
            }
        }

        Assert.Equal(expected, DenseMatching.ByFeatures(query, key).data<long>().ToArray());
    }

    [Fact]
    public void Geometry_finds_the_centre_nearest_in_the_image()
    {
        using DisposeScope scope = NewDisposeScope();
        CounterRandom random = new(5);
        for (int trial = 0; trial < 200; trial++)
        {
            int size = 1 + random.NextInt(7);
            CropGeometry query = Crop(ref random), key = Crop(ref random);
            long[] match = DenseMatching.ByGeometry([query], [key], size).data<long>().ToArray();
            for (int s = 0; s < size * size; s++)
            {
                double best = Enumerable.Range(0, size * size).Min(j => Distance(Centre(query, s, size), Centre(key, j, size)));
                Assert.Equal(best, Distance(Centre(query, s, size), Centre(key, (int)match[s], size)), 9);
            }
        }

        static CropGeometry Crop(ref CounterRandom random) =>
            new(random.NextInt(100), random.NextInt(100), 20 + random.NextInt(200), 20 + random.NextInt(200), random.NextInt(2) == 1);
    }

    [Fact]
    public void The_same_crop_mirrored_is_matched_mirrored()
    {
        using DisposeScope scope = NewDisposeScope();
        CropGeometry crop = new(3, 5, 90, 60, Flipped: false);
        Assert.Equal([2, 1, 0, 5, 4, 3, 8, 7, 6], DenseMatching.ByGeometry([crop], [crop with { Flipped = true }], 3).data<long>().ToArray());
    }

    [Fact]
    public void Random_matching_is_uniform_over_the_positions()
    {
        using DisposeScope scope = NewDisposeScope();
        long[] match = DenseMatching.AtRandom(2000, 4, new CounterRandom(1)).data<long>().ToArray();
        foreach (int count in Enumerable.Range(0, 4).Select(j => match.Count(m => m == j)))
        {
            Assert.InRange(count, 1800, 2200);      // 2000 ± 5 standard deviations of 39
        }
    }

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += a[i] * (double)b[i];
            aa += a[i] * (double)a[i];
            bb += b[i] * (double)b[i];
        }

        return dot / Math.Sqrt(aa * bb);
    }

    private static (double X, double Y) Centre(CropGeometry crop, int position, int size)
    {
        double x = ((position % size) + 0.5) / size, y = ((position / size) + 0.5) / size;
        return (crop.Left + (crop.Width * (crop.Flipped ? 1 - x : x)), crop.Top + (crop.Height * y));
    }

    private static double Distance((double X, double Y) a, (double X, double Y) b) => Math.Sqrt(((a.X - b.X) * (a.X - b.X)) + ((a.Y - b.Y) * (a.Y - b.Y)));
}
