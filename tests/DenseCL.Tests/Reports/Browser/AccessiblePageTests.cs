using System.Text.Json;
using Deque.AxeCore.Commons;

namespace DenseCL.Tests.Reports.Browser;

/// <summary>A report can be read by everyone: in light and dark, on a telephone, and by a screen reader as far as axe can tell.</summary>
[Collection(nameof(PageCollection))]
public class AccessiblePageTests(Chromium browser, SmallReport report)
{
    [Theory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task Axe_finds_nothing_serious(int width, bool dark)
    {
        await using OpenPage page = await browser.Open(report.Address, width, dark);
        await page.Page.EvaluateExpressionAsync(new BundledAxeScriptProvider().GetScript());
        string found = await page.Page.EvaluateFunctionAsync<string>(
            """
            async () => {
              const result = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] });
              return JSON.stringify(result.violations.map(each => ({ id: each.id, impact: each.impact, where: each.nodes.map(node => node.target.join(" ")).slice(0, 3) })));
            }
            """);
        Assert.DoesNotContain(
            JsonDocument.Parse(found).RootElement.EnumerateArray(),
            violation => violation.GetProperty("impact").GetString() is "serious" or "critical");
    }

    [Fact]
    public async Task The_page_follows_the_users_choice_of_light_and_dark_and_its_button_changes_it()
    {
        const string Paper = "getComputedStyle(document.body).backgroundColor";
        await using OpenPage light = await browser.Open(report.Address);
        Assert.Equal("rgb(255, 255, 255)", await light.Value<string>(Paper));
        await light.Click("nav button");
        Assert.Equal("rgb(20, 23, 27)", await light.Value<string>(Paper));
        await using OpenPage dark = await browser.Open(report.Address, dark: true);
        await dark.Screenshot("report-dark");
        Assert.Equal("rgb(20, 23, 27)", await dark.Value<string>(Paper));
        await dark.Click("nav button");
        Assert.Equal("rgb(255, 255, 255)", await dark.Value<string>(Paper));
        Assert.Empty(light.Complaints.Concat(dark.Complaints));
    }

    [Fact]
    public async Task A_telephone_needs_no_scrolling_to_the_side()
    {
        await using OpenPage page = await browser.Open(report.Address, width: 390);
        await page.Screenshot("report-telephone");
        Assert.Equal(390, await page.Value<int>("document.documentElement.scrollWidth"));
    }
}
