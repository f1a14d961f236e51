using System.Collections.Concurrent;
using System.Text.Json;
using PuppeteerSharp;

namespace DenseCL.Tests.Reports.Browser;

/// <summary>A page in the browser, and what happened in it.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> complaints = new();
    private readonly ConcurrentQueue<string> requests = new();

    public OpenPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Message.Type is ConsoleType.Error or ConsoleType.Warning)
            {
                complaints.Enqueue(message.Message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Enqueue(error.Message);
        page.Dialog += async (_, dialog) =>
        {
            complaints.Enqueue($"a dialog: {dialog.Dialog.Message}");
            await dialog.Dialog.Dismiss();
        };
        page.Request += (_, request) =>
        {
            if (!request.Request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                requests.Enqueue(request.Request.Url);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the page so far, and dialogs.</summary>
    public IReadOnlyCollection<string> Complaints => complaints;

    /// <summary>What it asked for, except what is in itself.</summary>
    public IReadOnlyCollection<string> Requests => requests;

    /// <summary>The data in a page's file.</summary>
    public static JsonElement DataOf(string file)
    {
        string html = File.ReadAllText(file);
        int start = html.IndexOf('>', html.IndexOf("id=\"data\"", StringComparison.Ordinal)) + 1;
        return JsonDocument.Parse(html[start..html.IndexOf("</script>", start, StringComparison.Ordinal)]).RootElement;
    }

    /// <summary>The value of an expression in the page.</summary>
    public Task<T> Value<T>(string expression) => Page.EvaluateExpressionAsync<T>(expression);

    /// <summary>The texts of all elements that a selector finds.</summary>
    public Task<string[]> Texts(string selector) =>
        Page.EvaluateFunctionAsync<string[]>("selector => [...document.querySelectorAll(selector)].map(each => each.textContent)", selector);

    /// <summary>Clicks the first element that a selector finds.</summary>
    public async Task Click(string selector)
    {
        IElementHandle element = await Page.QuerySelectorAsync(selector) ?? throw new InvalidOperationException($"There is no {selector}.");
        await element.ScrollIntoViewAsync();
        await element.ClickAsync();
    }

    /// <summary>Where an element is in the window, after it was scrolled into it.</summary>
    public async Task<BoundingBox> Box(string selector)
    {
        IElementHandle element = await Page.QuerySelectorAsync(selector) ?? throw new InvalidOperationException($"There is no {selector}.");
        await element.ScrollIntoViewAsync();
        return await element.BoundingBoxAsync() ?? throw new InvalidOperationException($"{selector} is not shown.");
    }

    /// <summary>Saves what the page looks like, if somebody wants to see it.</summary>
    public async Task Screenshot(string name)
    {
        if (Chromium.Screenshots is { } folder)
        {
            Directory.CreateDirectory(folder);
            await Page.ScreenshotAsync(Path.Combine(folder, name + ".png"), new ScreenshotOptions { FullPage = true });
        }
    }

    public async ValueTask DisposeAsync() => await Page.DisposeAsync();
}
