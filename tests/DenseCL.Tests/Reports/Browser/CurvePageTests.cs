using System.Globalization;
using PuppeteerSharp;
using PuppeteerSharp.Input;

namespace DenseCL.Tests.Reports.Browser;

/// <summary>The curves of a report, as a user meets them: in a browser, by pointer and by keyboard.</summary>
[Collection(nameof(PageCollection))]
public class CurvePageTests(Chromium browser, SmallReport report)
{
    private const string Losses = ".chart:nth-child(1)";

    [Fact]
    public async Task The_page_asks_for_nothing_and_complains_of_nothing()
    {
        await using OpenPage page = await browser.Open(report.Address);
        await page.Screenshot("report-light");
        Assert.Empty(page.Complaints);
        Assert.Equal([report.Address.AbsoluteUri], page.Requests);
        string[] charts = await page.Texts(".chart figcaption strong");
        Assert.Equal(
            [
                "Losses", "Learning rate", "λ", "Similarities of whole images", "Similarities of positions", "Spread", "Matching",
                "Variance that position alone explains", "Queue", "Throughput", "Waiting for images", "Memory",
            ],
            charts);
        Assert.Equal(
            ["Summary", "Curves", "Views and matches", "Feature maps", "Nearest neighbours", "Recipe", "Environment"],
            await page.Texts("nav a"));
        Assert.Contains("method.lambda", await page.Texts("#settings .differs th"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(24)]
    public async Task The_pointer_reads_the_values_of_the_log(int step)
    {
        await using OpenPage page = await browser.Open(report.Address);
        Dictionary<string, double> legend = await Point(page, (step - 1) / 23.0);
        Assert.Equal(step, legend["step"]);
        Assert.Equal(["step", "mocov2: total", "mocov2: global", "densecl: total", "densecl: global", "densecl: dense"], legend.Keys);
        foreach ((string run, string line, string key) in new[] { ("mocov2", "total", "loss"), ("densecl", "total", "loss"), ("densecl", "dense", "lossDense") })
        {
            double logged = report.Steps(run).Single(each => each.GetProperty("step").GetInt64() == step).GetProperty(key).GetDouble();
            Assert.Equal(logged, legend[$"{run}: {line}"], 1e-4 * logged);
        }
    }

    [Fact]
    public async Task A_run_can_be_left_out_and_the_axis_counts_epochs_or_hours()
    {
        await using OpenPage page = await browser.Open(report.Address);
        await page.Click(".runs input");
        Assert.Equal(["step:", "densecl: total:", "densecl: global:", "densecl: dense:"], Labels(await page.Texts(Losses + " .u-label")));
        Assert.DoesNotContain("λ ", string.Concat(await page.Texts(Losses + " .u-label")), StringComparison.Ordinal);
        await page.Click(".runs input");
        Assert.Contains("mocov2: total:", Labels(await page.Texts(Losses + " .u-label")));

        await page.Page.SelectAsync("#curves select", "epochs");
        Assert.Equal(3, (await Point(page, 1))["epoch"]);
        await page.Page.SelectAsync("#curves select", "hours of training");
        Dictionary<string, double> hours = await Point(page, 1);
        Assert.InRange(hours["hours"], 1e-6, 1);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task The_logarithmic_scale_is_another_picture_of_the_same_values()
    {
        await using OpenPage page = await browser.Open(report.Address);
        string linear = await Picture(page, 2);
        await page.Click("#curves .controls input[type=checkbox]");
        Assert.NotEqual(linear, await Picture(page, 2));
        await page.Click("#curves .controls input[type=checkbox]");
        Assert.Equal(linear, await Picture(page, 2));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Dragging_zooms_all_charts_and_keys_zoom_read_and_go_back()
    {
        await using OpenPage page = await browser.Open(report.Address);
        BoundingBox box = await page.Box(Losses + " .u-over");
        await Move(page, box, 0.25);
        await page.Page.Mouse.DownAsync();
        await Move(page, box, 0.4);
        await Move(page, box, 0.5);
        await page.Page.Mouse.UpAsync();
        Assert.Equal(7, (await Point(page, 0))["step"]);         // steps 1 … 24: a quarter is 6.75
        Assert.Equal(12, (await Point(page, 1))["step"]);        // and the half 12.5

        await page.Page.FocusAsync(Losses);
        await page.Page.Keyboard.PressAsync("0");
        Assert.Equal(1, (await Point(page, 0))["step"]);
        Assert.Equal(24, (await Point(page, 1))["step"]);

        await page.Page.FocusAsync(Losses);
        await page.Page.Keyboard.PressAsync("Home");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        string said = await page.Value<string>("document.querySelector('#curves .sr-only').textContent");
        double logged = report.Steps("densecl")[1].GetProperty("lossDense").GetDouble();
        Assert.StartsWith("step 2: mocov2: total ", said, StringComparison.Ordinal);
        Assert.Equal(logged, double.Parse(said[(said.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture), 1e-4 * logged);

        await page.Page.Keyboard.PressAsync("End");
        await page.Page.Keyboard.PressAsync("+");
        Assert.InRange((await Point(page, 0))["step"], 17, 19);     // half as wide, around the last step
        await page.Page.FocusAsync(Losses);
        await page.Page.Keyboard.PressAsync("Escape");
        Assert.Equal(1, (await Point(page, 0))["step"]);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Values_are_in_tables_too()
    {
        await using OpenPage page = await browser.Open(report.Address);
        await page.Click(Losses + " summary");
        double[] losses = [.. report.Steps("mocov2").Select(step => step.GetProperty("loss").GetDouble())];
        string[] row = await page.Texts(Losses + " details tbody tr:first-child > *");
        Assert.Equal("mocov2: total", row[0]);
        Near(losses[0], row[1]);
        Near(losses.Min(), row[2].Split(' ')[0]);
        Assert.Equal($"at {1 + Array.IndexOf(losses, losses.Max())}", row[3][(row[3].IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        Near(losses[^1], row[4]);

        static void Near(double expected, string shown) => Assert.Equal(expected, Number(shown), 1e-4 * expected);
    }

    /// <summary>Moves the pointer over the losses, to a share of the width, and reads the legend.</summary>
    private static async Task<Dictionary<string, double>> Point(OpenPage page, double share)
    {
        await Move(page, await page.Box(Losses + " .u-over"), share);
        await page.Page.WaitForFunctionAsync("selector => document.querySelector(selector).textContent !== '–'", null, Losses + " .u-value");
        string[] labels = Labels(await page.Texts(Losses + " .u-label")), values = await page.Texts(Losses + " .u-value");
        return labels.Zip(values).Where(pair => pair.Second != "–").ToDictionary(pair => pair.First.TrimEnd(':'), pair => Number(pair.Second), StringComparer.Ordinal);
    }

    private static Task Move(OpenPage page, BoundingBox box, double share) => page.Page.Mouse.MoveAsync(
        box.X + Math.Clamp((decimal)share * box.Width, 0.5m, box.Width - 0.5m), box.Y + (box.Height / 2), new MoveOptions { Steps = 3 });

    private static Task<string> Picture(OpenPage page, int chart) =>
        page.Value<string>($"document.querySelectorAll('.chart canvas')[{chart - 1}].toDataURL()");

    private static string[] Labels(string[] texts) => [.. texts.Select(text => text.EndsWith(':') ? text : text + ":")];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
