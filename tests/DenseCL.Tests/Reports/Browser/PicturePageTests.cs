using System.Globalization;
using System.Text.Json;
using PuppeteerSharp;

namespace DenseCL.Tests.Reports.Browser;

/// <summary>The pictures of a report: matches between views, and feature maps that answer a click.</summary>
[Collection(nameof(PageCollection))]
public class PicturePageTests(Chromium browser, SmallReport report)
{
    private const string Says = "document.getElementById('map-says').textContent";

    [Fact]
    public async Task Lines_and_counts_are_those_of_the_chosen_matches()
    {
        await using OpenPage page = await browser.Open(report.Address);
        JsonElement views = await Data(page, "views");
        string[] networks = [.. views.GetProperty("networks").EnumerateArray().Select(name => name.GetString()!)];
        Assert.Equal(["untrained", "mocov2", "densecl"], networks);
        foreach ((int n, string network) in networks.Index())
        {
            await page.Page.SelectAsync("#views select", network);
            await Check(n, mutual: false, -1);
        }

        await page.Click("#views input[type=checkbox]");
        await Check(2, mutual: true, -1);
        await page.Value<object>("(() => { const range = document.querySelector('#views input[type=range]'); range.value = 0.9; range.dispatchEvent(new Event('input')); })()");
        await Check(2, mutual: true, 0.9);
        await page.Click("#views input[type=checkbox]");
        await Check(2, mutual: false, 0.9);
        Assert.Empty(page.Complaints);

        async Task Check(int network, bool mutual, double least)
        {
            string[] captions = await page.Texts("#views .pair figcaption");
            foreach ((int p, JsonElement pair) in views.GetProperty("pairs").EnumerateArray().Index())
            {
                JsonElement matches = pair.GetProperty("matches")[network];
                int[] right = Numbers(matches, "right", each => each.GetInt32()), isMutual = Numbers(matches, "mutual", each => each.GetInt32());
                double[] similarity = Numbers(matches, "similarity", each => each.GetDouble());
                int[] kept = [.. Enumerable.Range(0, right.Length).Where(i => (!mutual || isMutual[i] == 1) && similarity[i] >= least)];
                string expected = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{pair.GetProperty("name").GetString()}: {kept.Length} lines; {kept.Count(i => right[i] == 1)} of {kept.Count(i => right[i] >= 0)} whose place the other view shows are right");
                Assert.Equal(expected, captions[p]);
                Assert.Equal(
                    (kept.Length, kept.Count(i => right[i] == 1), kept.Count(i => right[i] == 0)),
                    (await Lines(p, "line"), await Lines(p, "line.right"), await Lines(p, "line.wrong")));
            }
        }

        Task<int> Lines(int pair, string selector) =>
            page.Value<int>($"document.querySelectorAll('#views .pair')[{pair}].querySelectorAll('{selector}').length");
    }

    [Fact]
    public async Task A_click_shows_what_is_similar_and_escape_gives_the_colours_back()
    {
        await using OpenPage page = await browser.Open(report.Address);
        string colours = await Pictures(page);
        BoundingBox box = await page.Box("#maps .maps-row:nth-child(2) .picture");
        await page.Page.Mouse.ClickAsync(box.X + (0.3m * box.Width), box.Y + (0.6m * box.Height));
        Assert.StartsWith("Position 30 % from the left, 60 % from the top of 0000", await page.Value<string>(Says), StringComparison.Ordinal);
        string similar = await Pictures(page);
        Assert.NotEqual(colours, similar);
        await page.Screenshot("maps-after-a-click");

        // In the clicked picture each network's map is brightest at the clicked position: a vector is most like itself.
        JsonElement maps = await Data(page, "maps");
        for (int n = 0; n < 3; n++)
        {
            JsonElement map = maps.GetProperty("images")[1].GetProperty("maps")[n];
            (int columns, int rows) = (map.GetProperty("columns").GetInt32(), map.GetProperty("rows").GetInt32());
            double[] brightness = await page.Page.EvaluateFunctionAsync<double[]>(
                """
                (n, columns, rows) => {
                  const canvas = document.querySelectorAll("#maps .maps-row")[1].querySelectorAll("canvas")[n];
                  const size = canvas.width / columns, { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                  return Array.from({ length: columns * rows }, (_, p) => {
                    const x = Math.floor((p % columns + 0.5) * size), y = Math.floor((Math.floor(p / columns) + 0.5) * size);
                    const at = 4 * (y * canvas.width + x);
                    return data[at] + data[at + 1] + data[at + 2];
                  });
                }
                """, n, columns, rows);
            int clicked = ((int)(0.6 * rows) * columns) + (int)(0.3 * columns);
            Assert.Equal(brightness.Max(), brightness[clicked]);
            Assert.True(brightness.Min() < brightness.Max() / 2, "All positions look alike.");
        }

        await page.Page.FocusAsync("#maps canvas");
        await page.Page.Keyboard.PressAsync("Escape");
        Assert.Equal("", await page.Value<string>(Says));
        Assert.Equal(colours, await Pictures(page));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Arrow_keys_move_the_position()
    {
        await using OpenPage page = await browser.Open(report.Address);
        await page.Page.FocusAsync("#maps canvas");
        await page.Page.Keyboard.PressAsync("Enter");
        string middle = await page.Value<string>(Says);
        await page.Page.Keyboard.PressAsync("ArrowRight");
        string right = await page.Value<string>(Says);
        await page.Page.Keyboard.PressAsync("ArrowDown");
        string below = await page.Value<string>(Says);
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await page.Page.Keyboard.PressAsync("ArrowUp");
        Assert.Equal(4, new[] { middle, right, below, "" }.Distinct().Count());
        Assert.Equal(middle, await page.Value<string>(Says));
        await page.Click("#maps .controls button");
        Assert.Equal("", await page.Value<string>(Says));
    }

    [Fact]
    public async Task Neighbours_are_pictures_of_images()
    {
        await using OpenPage page = await browser.Open(report.Address);
        Assert.Equal(["untrained", "mocov2", "densecl"], await page.Texts("#neighbours h3"));
        Assert.Equal(3 * 6 * 6, await page.Value<int>("document.querySelectorAll('#neighbours img').length"));
        await page.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('img')].every(image => image.complete && image.naturalWidth > 0)");
    }

    private static async Task<JsonElement> Data(OpenPage page, string name) =>
        JsonDocument.Parse(await page.Value<string>("document.getElementById('data').textContent")).RootElement.GetProperty(name);

    private static T[] Numbers<T>(JsonElement matches, string name, Func<JsonElement, T> read) => [.. matches.GetProperty(name).EnumerateArray().Select(read)];

    private static Task<string> Pictures(OpenPage page) =>
        page.Value<string>("[...document.querySelectorAll('#maps canvas')].map(canvas => canvas.toDataURL()).join()");
}
