using PuppeteerSharp;

namespace DenseCL.Tests.Reports.Browser;

/// <summary>A browser without a window, for all tests of pages; they are skipped where there is none.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private static readonly int Patience = (int)TimeSpan.FromMinutes(2).TotalMilliseconds;

    private readonly TemporaryFolder profile = new();
    private IBrowser? browser;

    /// <summary>Where screenshots go: the folder of the variable DENSECL_SCREENSHOTS; null for nowhere.</summary>
    public static string? Screenshots => Environment.GetEnvironmentVariable("DENSECL_SCREENSHOTS") is { Length: > 0 } folder ? folder : null;

    public async ValueTask InitializeAsync()
    {
        if (Find() is not { } program)
        {
            return;
        }

        browser = await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = program,
            UserDataDir = profile["user"],
            Headless = true,
            Timeout = Patience,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--allow-file-access-from-files=false", "--font-render-hinting=none",
            ],
        });
    }

    /// <summary>Opens a page, and waits until it is drawn.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="width">The width of the window.</param>
    /// <param name="dark">Whether the user prefers dark pages.</param>
    internal async Task<OpenPage> Open(Uri address, int width = 1280, bool dark = false)
    {
        Assert.SkipWhen(browser is null, "There is no Chromium on this machine.");
        IPage page = await browser!.NewPageAsync();
        page.DefaultTimeout = Patience;
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 900 });
        await page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = dark ? "dark" : "light" }]);
        OpenPage open = new(page);
        await page.GoToAsync(address.AbsoluteUri, new NavigationOptions { WaitUntil = [WaitUntilNavigation.DOMContentLoaded] });
        await page.WaitForFunctionAsync("() => 'ready' in document.documentElement.dataset");
        return open;
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        profile.Dispose();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);
}
