using SkiaSharp;

namespace DenseCL.Tests.Reports.Browser;

/// <summary>Names and settings that are written to harm a page show as the text that they are.</summary>
[Collection(nameof(PageCollection))]
public sealed class HostilePageTests(Chromium browser, SmallReport report) : IDisposable
{
    private static readonly string[] Names =
    [
        "<script>alert(1)<-script>", "\"'><img src=x onerror=alert(2)>", "<-script><!--", "\u202Etxt.gnp", "quote \" and ' and & and \U0001F600",
    ];

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Names_and_settings_show_as_text()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files cannot have such names on Windows.");
        string run = folder["run <script>alert(3)<-script> \u202E&amp; \"x"], images = folder["images"];
        Directory.CreateDirectory(images);
        foreach ((int i, string name) in Names.Index())
        {
            using SKBitmap scene = SKBitmap.Decode(Directory.GetFiles(report.Images).Order(StringComparer.Ordinal).ElementAt(i));
            using SKData png = scene.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(images, name + ".png"), png.ToArray());
        }

        Directory.CreateDirectory(run);
        foreach (string file in (string[])["metrics.jsonl", "speed.jsonl", "backbone.safetensors"])
        {
            File.Copy(Path.Combine(report.Run("densecl"), file), Path.Combine(run, file));
        }

        const string Probe = "/data/</script><script>alert(4)</script>\u202E";
        string recipe = File.ReadAllText(Path.Combine(report.Run("densecl"), "recipe.yaml"));
        File.WriteAllText(Path.Combine(run, "recipe.yaml"), recipe.Replace("probe: null", $"probe: '{Probe}'", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(run, "environment.json"), """{"system":"</script><img src=x onerror=alert(5)>","images":[]}""");
        File.WriteAllText(Path.Combine(run, "skipped.jsonl"), """{"file":"<b>bold</b>\u202e.jpg","reason":"<i>bad</i>"}""" + "\n");
        SmallReport.Does("report", run, "--images", images, "--out", folder["page.html"], "--pictures", "5", "--neighbours", "5");

        await using OpenPage page = await browser.Open(new Uri(folder["page.html"]));
        Assert.Empty(page.Complaints);
        Assert.Single(page.Requests);
        Assert.Equal(0, await page.Value<int>("document.querySelectorAll('img[src=x], body b, body i').length"));
        Assert.Contains(Shown(Path.GetFileName(run)), await page.Texts("#summary h3"));
        Assert.Equal(Names.Select(name => Shown(name + ".png")).Order(StringComparer.Ordinal), (await page.Texts("#maps .maps-row > figure:first-child figcaption")).Order(StringComparer.Ordinal));
        Assert.Contains(Shown(Probe), string.Concat(await page.Texts("#settings td")), StringComparison.Ordinal);
        Assert.Contains("</script><img src=x onerror=alert(5)>", await page.Texts("#environment td"));
        Assert.Contains(Shown("<b>bold</b>\u202E.jpg"), await page.Texts("#skipped tbody th"));

        // A mark that turns the direction of writing would change what stands beside it: it is written out.
        static string Shown(string text) => text.Replace("\u202E", "\\u202E", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_of_nonsense_is_a_page_without_curves()
    {
        string run = folder["run"];
        WrittenRun written = new(run);
        File.WriteAllBytes(written.In("metrics.jsonl"), [0xFF, 0xFE, 0, (byte)'\n', (byte)'{', (byte)'\n']);
        File.WriteAllText(written.In("speed.jsonl"), "[1,2]\n{\"step\":1e99,\"x\":1}\n{\"step\":3,\"a</script>\":2}\n");
        File.WriteAllText(written.In("environment.json"), "{\"a\":");
        SmallReport.Does("report", run, "--pictures", "0");
        await using OpenPage page = await browser.Open(new Uri(Path.Combine(run, "report.html")));
        Assert.Empty(page.Complaints);
        Assert.Equal(["Others"], await page.Texts(".chart figcaption strong"));
        Assert.Equal(["step", "a</script>"], await page.Texts(".chart .u-label"));
    }

    public void Dispose() => folder.Dispose();
}
