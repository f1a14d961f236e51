using DenseCL.Data.Loading;
using DenseCL.Platform;
using DenseCL.Transfer.Protocols.MatchScore;
using SkiaSharp;

namespace DenseCL.Tests.Transfer.Protocols.MatchScore;

public sealed class MatchPictureTests
{
    // The second view is the right half of the first: of 4 × 4 positions the two left columns are not in it.
    private static readonly CropGeometry Whole = new(0, 0, 64, 64, false), Half = new(32, 0, 32, 64, false);

    [Fact]
    public void Verdicts_are_what_is_counted()
    {
        CounterRandom random = new(3);
        for (int trial = 0; trial < 100; trial++)
        {
            int side = 1 + random.NextInt(6);
            (CropGeometry first, CropGeometry second) = (Crop(ref random), Crop(ref random));
            long[] nearest = new long[side * side];
            for (int i = 0; i < nearest.Length; i++)
            {
                nearest[i] = random.NextInt(nearest.Length);
            }

            MatchCounts counts = ViewMatching.Count(nearest, first, second, side);
            IReadOnlyList<bool?> verdicts = ViewMatching.Verdicts(nearest, first, second, side);
            Assert.Equal(
                (counts.Positions, counts.Right),
                (verdicts.Count(verdict => verdict is not null), verdicts.Count(verdict => verdict == true)));
        }

        Assert.Throws<ArgumentException>(() => ViewMatching.Verdicts([0, 1], Whole, Half, 2));

        static CropGeometry Crop(ref CounterRandom random) =>
            new(random.NextInt(50), random.NextInt(50), 20 + random.NextInt(80), 20 + random.NextInt(80), random.NextInt(2) == 1);
    }

    [Fact]
    public void Right_matches_are_green_wrong_ones_red_and_places_outside_have_no_line()
    {
        using TemporaryFolder folder = new();
        byte[] black = new byte[64 * 64 * 3];
        string path = folder["matches.png"];
        long[] nearest = [0, 0, 0, 2, 4, 4, 4, 6, 8, 8, 8, 10, 12, 12, 12, 0]; // all right but the last, which is matched with the upper left
        MatchPicture.Write(path, [new MatchedViews(black, black, 64, 4, nearest, Whole, Half)]);

        using SKBitmap picture = SKBitmap.Decode(path);
        Assert.Equal((840, 432), (picture.Width, picture.Height));
        Assert.Equal((0x1F, 0xC4, 0x4D), Pixel(24 + 240, 24 + 48));
        Assert.Equal((0xF0, 0x3C, 0x3C), Pixel(24 + 336, 24 + 336));
        Assert.Equal((0, 0, 0), Pixel(24 + 48, 24 + 48));
        Assert.Throws<ArgumentException>(() => MatchPicture.Write(path, []));

        (int, int, int) Pixel(int x, int y) => (picture.GetPixel(x, y).Red, picture.GetPixel(x, y).Green, picture.GetPixel(x, y).Blue);
    }
}
