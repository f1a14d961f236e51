using System.Diagnostics;
using DenseCL.Tests.Cli;

namespace DenseCL.Tests.Reports.Browser;

/// <summary><c>densecl watch</c> in a browser while a training goes on, is killed, and continues.</summary>
[Collection(nameof(PageCollection))]
public sealed class LivePageTests(Chromium browser, SmallReport report) : IDisposable
{
    private const string Step = "Number(/step ([0-9,]+)/.exec(document.querySelector('.status').textContent)?.[1].replace(/,/g, '') ?? 0)";

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task The_curves_move_with_the_run_also_after_it_was_killed_and_resumed()
    {
        string run = folder["run"];
        using Process watch = Densecl.Start("watch", run);
        Uri address = await AddressOf(watch);
        Process? training = null;
        try
        {
            await using OpenPage page = await browser.Open(address);
            await page.Page.WaitForFunctionAsync("() => document.querySelector('.status').textContent.includes('no run yet in')");
            training = Densecl.Start(Arguments(run));
            await Reaches(page, 6);
            Assert.Equal("Losses", (await page.Texts(".chart figcaption strong"))[0]);
            training.Kill();
            await training.WaitForExitAsync(TestContext.Current.CancellationToken);
            training.Dispose();

            long killed = await page.Value<long>(Step);
            training = Densecl.Start([.. Arguments(run), "--resume"]);
            await Reaches(page, killed + 4);
            await page.Screenshot("live");
            await page.Page.SelectAsync("#curves select", "steps");
            string last = (await page.Texts(".chart:nth-child(1) details tbody tr:first-child td"))[^1];
            Assert.Matches("^[0-9.]+$", last);
            Assert.Empty(page.Complaints);
            Assert.All(page.Requests, request => Assert.StartsWith(address.AbsoluteUri, request, StringComparison.Ordinal));
        }
        finally
        {
            training?.Kill();
            training?.Dispose();
            watch.Kill();
            await watch.WaitForExitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => folder.Dispose();

    private string[] Arguments(string run) =>
        [.. ResumeTests.Arguments(report.Images, run).Select(each => each == "optim.epochs=3" ? "optim.epochs=1000" : each)];

    private static async Task Reaches(OpenPage page, long step) =>
        _ = await page.Page.WaitForFunctionAsync(FormattableString.Invariant($"() => {Step} >= {step}"));

    private static async Task<Uri> AddressOf(Process watch)
    {
        while (await watch.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Split(' ').FirstOrDefault(word => word.StartsWith("http://", StringComparison.Ordinal)) is { } address)
            {
                return new Uri(address);
            }
        }

        throw new InvalidOperationException(await watch.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }
}
