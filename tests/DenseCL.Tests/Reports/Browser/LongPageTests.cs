using System.Globalization;
using System.Text.Json;

namespace DenseCL.Tests.Reports.Browser;

/// <summary>The report of a very long run is small, and shows its peaks.</summary>
[Collection(nameof(PageCollection))]
public sealed class LongPageTests(Chromium browser) : IDisposable
{
    private const int Steps = 100_000, Peak = 54_321;

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_hundred_thousand_steps_are_a_page_of_less_than_five_megabytes_with_every_peak()
    {
        WrittenRun run = new(folder["run"]);
        run.Log(Enumerable.Range(1, Steps).Select(step => ((long)step, step == Peak ? 99 : 6 + Math.Sin(step / 500.0))));
        SmallReport.Does("report", run.Path, "--pictures", "0");
        string page = Path.Combine(run.Path, "report.html");
        Assert.InRange(new FileInfo(page).Length, 1, 5_000_000);

        await using OpenPage open = await browser.Open(new Uri(page));
        using JsonDocument data = JsonDocument.Parse(await open.Value<string>("document.getElementById('data').textContent"));
        JsonElement loss = data.RootElement.GetProperty("runs")[0].GetProperty("curves").GetProperty("loss/total");
        long[] steps = [.. loss.GetProperty("steps").EnumerateArray().Select(step => step.GetInt64())];
        double[] values = [.. loss.GetProperty("values").EnumerateArray().Select(value => value.GetDouble())];
        Assert.InRange(steps.Length, 900, 1000);
        Assert.Equal((1, Steps), (steps[0], steps[^1]));
        Assert.Equal(99, values[Array.IndexOf(steps, Peak)]);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"99 at {Peak}"),
            (await open.Texts(".chart:nth-child(1) details tbody tr:first-child td"))[2]);
        Assert.Empty(open.Complaints);
    }

    public void Dispose() => folder.Dispose();
}
