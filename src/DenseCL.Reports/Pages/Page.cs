using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenseCL.Reports.Pages;

/// <summary>
/// An HTML page that stands alone: styles, scripts and data are in it. Its policy forbids the browser to ask for anything else, and to run
/// any other script.
/// </summary>
internal static class Page
{
    private static readonly string[] Styles = ["uPlot.min.css", "page.css"];
    private static readonly string[] Scripts = ["uPlot.iife.min.js", "elements.js", "charts.js", "views.js", "maps.js", "tables.js", "page.js"];

    // Letters of other languages and all that HTML could take for a tag are escaped.
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new ShownText() },
    };

    /// <summary>The page.</summary>
    /// <param name="data">What it shows.</param>
    /// <param name="live">Whether it asks the server that it comes from for news.</param>
    public static string Html(PageData data, bool live = false)
    {
        string style = string.Concat(Styles.Select(Asset));
        string[] scripts = [.. Scripts.Select(Asset)];
        string policy =
            $"default-src 'none'; img-src data:; style-src {HashOf(style)}; script-src {string.Join(' ', scripts.Select(HashOf))}; "
            + $"connect-src {(live ? "'self'" : "'none'")}; base-uri 'none'; form-action 'none'";
        StringBuilder html = new();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append(CultureInfo.InvariantCulture, $"<meta http-equiv=\"Content-Security-Policy\" content=\"{WebUtility.HtmlEncode(policy)}\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta name=\"generator\" content=\"DenseCL for .NET\">\n<link rel=\"icon\" href=\"data:,\">\n")
            .Append(CultureInfo.InvariantCulture, $"<title>{WebUtility.HtmlEncode(ShownText.Of(data.Title))}</title>\n")
            .Append(CultureInfo.InvariantCulture, $"<style>{style}</style>\n</head>\n<body>\n")
            .Append("<noscript><p>This page draws its content with JavaScript, which is switched off in this browser.</p></noscript>\n")
            .Append(CultureInfo.InvariantCulture, $"<script type=\"application/json\" id=\"data\"{(live ? " data-live" : "")}>{Serialise(data)}</script>\n");
        foreach (string script in scripts)
        {
            html.Append(CultureInfo.InvariantCulture, $"<script>{script}</script>\n");
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>What a page's scripts read: JSON without any character that begins a tag.</summary>
    public static string Serialise<T>(T data) => JsonSerializer.Serialize(data, Json);

    private static string HashOf(string content) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'";

    private static string Asset(string name)
    {
        using Stream stream = typeof(Page).Assembly.GetManifestResourceStream($"pages/{name}")
            ?? throw new InvalidOperationException($"The page's part {name} is not in the program.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");       // the browser hashes what it reads: \n
    }
}
