using CsCheck;
using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Tests.Transfer.Labelled;

public sealed class GridLabelsTests
{
    private static readonly byte[] Values = [0, 1, 2, 254, 255];

    private static readonly Gen<(int W, int H, int Gw, int Gh, byte[] Mask)> Cases =
        from w in Gen.Int[1, 23]
        from h in Gen.Int[1, 23]
        from gw in Gen.Int[1, w]
        from gh in Gen.Int[1, h]
        from mask in Gen.Int[0, 4].Select(i => Values[i]).Array[w * h]
        select (w, h, gw, gh, mask);

    [Fact]
    public void The_majority_agrees_with_a_naive_vote() => Cases.Sample(c =>
        GridLabels.Majority(c.Mask, c.W, c.H, c.Gw, c.Gh).AsSpan().SequenceEqual(Naive(c.Mask, c.W, c.H, c.Gw, c.Gh)), iter: 2000);

    [Fact]
    public void Ties_go_to_the_lower_class_and_ignored_pixels_have_no_vote()
    {
        byte[] mask =
        [
            5, 3, 255, 255,
            3, 5, 255, 7,
            255, 255, 0, 9,
            255, 255, 9, 9,
        ];
        Assert.Equal([3, 7, 255, 9], GridLabels.Majority(mask, 4, 4, 2, 2));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => GridLabels.Majority(new byte[5], 2, 3, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GridLabels.Majority(new byte[6], 2, 3, 3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GridLabels.Majority(new byte[6], 2, 3, 1, 0));
    }

    private static long[] Naive(byte[] mask, int width, int height, int gridWidth, int gridHeight)
    {
        var cells = Enumerable.Range(0, gridWidth * gridHeight).Select(_ => new List<byte>()).ToArray();
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int row = (int)Math.Floor((decimal)y * gridHeight / height), column = (int)Math.Floor((decimal)x * gridWidth / width);
                cells[(row * gridWidth) + column].Add(mask[(y * width) + x]);
            }
        }

        return
        [
            .. cells.Select(cell => cell.Where(v => v != 255).GroupBy(v => v).OrderByDescending(g => g.Count()).ThenBy(g => g.Key)
                .Select(g => (long)g.Key).DefaultIfEmpty(255).First()),
        ];
    }
}
