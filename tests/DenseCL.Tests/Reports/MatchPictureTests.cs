using System.Xml;
using DenseCL.Data.Loading;
using DenseCL.Platform;
using DenseCL.Reports.Pictures;
using DenseCL.Transfer.Matching;
using DenseCL.Transfer.Protocols.MatchScore;
using SkiaSharp;

namespace DenseCL.Tests.Reports;

public sealed class MatchPictureTests
{
    // The second view is the right half of the first: of 4 × 4 positions the two left columns are not in it.
    private static readonly CropGeometry Whole = new(0, 0, 64, 64, false), Half = new(32, 0, 32, 64, false);
    private static readonly byte[] Black = new byte[64 * 64 * 3];

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
            IReadOnlyList<bool?> verdicts = ViewMatching.Verdicts(Matches(nearest), first, second, side);
            Assert.Equal(
                (counts.Positions, counts.Right),
                (verdicts.Count(verdict => verdict is not null), verdicts.Count(verdict => verdict == true)));
        }

        static CropGeometry Crop(ref CounterRandom random) =>
            new(random.NextInt(50), random.NextInt(50), 20 + random.NextInt(80), 20 + random.NextInt(80), random.NextInt(2) == 1);
    }

    [Fact]
    public void Right_matches_are_green_wrong_ones_red_and_places_outside_have_no_line()
    {
        using TemporaryFolder folder = new();
        string path = folder["matches.png"];
        MatchPicture.Write(path, [Views()]);

        using SKBitmap picture = SKBitmap.Decode(path);
        Assert.Equal((840, 432), (picture.Width, picture.Height));
        Assert.Equal((0x1F, 0xC4, 0x4D), Pixel(24 + 240, 24 + 48));
        Assert.Equal((0xF0, 0x3C, 0x3C), Pixel(24 + 336, 24 + 336));
        Assert.Equal((0, 0, 0), Pixel(24 + 48, 24 + 48));
        Assert.Throws<ArgumentException>(() => MatchPicture.Write(path, []));

        (int, int, int) Pixel(int x, int y) => (picture.GetPixel(x, y).Red, picture.GetPixel(x, y).Green, picture.GetPixel(x, y).Blue);
    }

    [Fact]
    public void An_svg_has_the_same_lines_at_the_same_places_and_stands_alone()
    {
        using TemporaryFolder folder = new();
        MatchPicture.Write(folder["matches.svg"], [Views()]);
        XmlDocument svg = Load(folder["matches.svg"]);

        Assert.Equal("0 0 840 432", svg.DocumentElement!.GetAttribute("viewBox"));
        Assert.Equal(8, svg.GetElementsByTagName("line").Count);        // as many positions of the first view as the second shows
        var groups = svg.GetElementsByTagName("g").Cast<XmlElement>().ToArray();
        Assert.Equal(1, groups.Count(group => group.GetAttribute("stroke") == "#f03c3c"));
        Assert.Equal(7, groups.Count(group => group.GetAttribute("stroke") == "#1fc44d"));
        var line = (XmlElement)groups[0].GetElementsByTagName("line")[0]!;
        Assert.Equal(("264", "72", "480", "72"), (line.GetAttribute("x1"), line.GetAttribute("y1"), line.GetAttribute("x2"), line.GetAttribute("y2")));
        Assert.All(svg.GetElementsByTagName("image").Cast<XmlElement>(), image =>
        {
            string data = image.GetAttribute("xlink:href");
            Assert.StartsWith("data:image/png;base64,", data, StringComparison.Ordinal);
            using SKBitmap pixels = SKBitmap.Decode(Convert.FromBase64String(data[(data.IndexOf(',', StringComparison.Ordinal) + 1)..]));
            Assert.Equal((64, 64), (pixels.Width, pixels.Height));
        });
    }

    [Fact]
    public void A_file_name_is_text_in_an_svg_whatever_it_is()
    {
        const string Hostile = "a\"'><script>alert(1)</script>&amp;\u0001\ud800\u202Eb\tc.jpg";
        using TemporaryFolder folder = new();
        MatchedImage first = new(Hostile, new byte[32 * 16 * 3], 32, 16, 2, 1), second = new("plain.jpg", new byte[16 * 32 * 3], 16, 32, 1, 2);
        MatchPicture.Write(folder["m.svg"], new ImageMatches(first, second, Matches([1, 0]), 2));
        XmlDocument svg = Load(folder["m.svg"]);

        Assert.Empty(svg.GetElementsByTagName("script"));
        Assert.Equal(
            "a\"'><script>alert(1)</script>&amp;\uFFFD\uFFFD\u202Eb\tc.jpg",
            svg.GetElementsByTagName("title").Cast<XmlElement>().First().InnerText);
        var lines = svg.GetElementsByTagName("line").Cast<XmlElement>().ToArray();
        Assert.Equal(2, lines.Length);

        // 640 × 320 and 320 × 640: the left position of the first with the lower of the second.
        Assert.Equal((24 + 160.0, 24 + 160.0), At(lines[0], "1"));
        Assert.Equal((640 + 48 + 160.0, 24 + 480.0), At(lines[0], "2"));

        static (double, double) At(XmlElement line, string end) =>
            (XmlConvert.ToDouble(line.GetAttribute("x" + end)), XmlConvert.ToDouble(line.GetAttribute("y" + end)));
    }

    [Fact]
    public void A_filter_keeps_mutual_best_and_similar_matches()
    {
        Neighbours there = new([0, 0, 2, 3], [0.9f, 0.8f, 0.2f, 0.5f]), back = new([0, 1, 2, 1], [0.9f, 0, 0.2f, 0]);
        Assert.Equal([0, 1, 2, 3], From(new MatchFilter()));
        Assert.Equal([0, 2], From(new MatchFilter { Mutual = true }));
        Assert.Equal([0, 1], From(new MatchFilter { Best = 2 }));
        Assert.Equal([0, 1, 3], From(new MatchFilter { Threshold = 0.5 }));
        Assert.Equal([0], From(new MatchFilter { Mutual = true, Threshold = 0.3, Best = 2 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MatchFilter { Best = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new MatchFilter { Threshold = 1.5 });

        int[] From(MatchFilter filter) => [.. filter.Keep(there, back).Select(match => match.From)];
    }

    // All right but the last, which is matched with the upper left.
    private static MatchedViews Views() =>
        new(Black, Black, 64, 4, Matches([0, 0, 0, 2, 4, 4, 4, 6, 8, 8, 8, 10, 12, 12, 12, 0]), Whole, Half);

    private static PositionMatch[] Matches(long[] nearest) =>
        [.. nearest.Select((to, from) => new PositionMatch(from, (int)to, 0.5, IsMutual: false))];

    private static XmlDocument Load(string path)
    {
        XmlDocument svg = new() { XmlResolver = null };
        svg.Load(path);
        return svg;
    }
}
