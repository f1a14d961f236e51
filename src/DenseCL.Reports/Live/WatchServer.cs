using System.Net;
using System.Security.Cryptography;
using System.Text;
using DenseCL.Data;
using DenseCL.Reports.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DenseCL.Reports.Live;

/// <summary>
/// A page with the curves of runs, live while they go on. Its address has a random token. A request that names another host, or comes from a
/// page of another origin, is refused: no page elsewhere can read the runs through the user's browser.
/// </summary>
public sealed class WatchServer : IAsyncDisposable
{
    private const int TokenBytes = 16;
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);

    private readonly WebApplication server;
    private readonly IReadOnlyList<string> paths;
    private readonly WatchOptions options;
    private readonly string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
    private int port;

    private WatchServer(IReadOnlyList<string> paths, WatchOptions options)
    {
        (this.paths, this.options) = (paths, options);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Address, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();     // the command itself ends with Ctrl-C
        server = builder.Build();
        server.Run(Answer);
    }

    /// <summary>The address of the page, with its token.</summary>
    public Uri Address => new(string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"http://{(IPAddress.Any.Equals(options.Address) || IPAddress.IPv6Any.Equals(options.Address) ? "127.0.0.1" : HostOf(options.Address))}:{port}/{token}/"));

    /// <summary>Starts to serve.</summary>
    /// <param name="paths">Run folders by their full paths; a run need not have begun yet.</param>
    /// <param name="options">Where; the defaults if null.</param>
    /// <param name="stop">Gives up starting.</param>
    /// <exception cref="DataException">The address or the port cannot be used.</exception>
    public static async Task<WatchServer> Start(IReadOnlyList<string> paths, WatchOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        WatchServer made = new(paths, options ?? new());
        try
        {
            await made.server.StartAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            await made.DisposeAsync().ConfigureAwait(false);
            throw new DataException(
                $"The page cannot be served on {HostOf(made.options.Address)}, port {made.options.Port}: {e.Message} Choose another port, or 0 for any.", e);
        }

        made.port = new Uri(made.server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return made;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        (HttpRequest request, HttpResponse response) = (context.Request, context.Response);
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.XFrameOptions = "DENY";
        if (!IsOwnHost(request.Host) || !IsOwnOrigin(request))
        {
            await Say(response, StatusCodes.Status403Forbidden, "This page is for its own address only.").ConfigureAwait(false);
            return;
        }

        string[] parts = (request.Path.Value ?? "").Split('/');
        if (parts is not ["", var given, var rest] || !IsToken(given))
        {
            await Say(response, StatusCodes.Status404NotFound, "There is nothing here. The address has a token; copy it whole.").ConfigureAwait(false);
        }
        else if (request.Method is not "GET")
        {
            await Say(response, StatusCodes.Status405MethodNotAllowed, "This page can only be read.").ConfigureAwait(false);
        }
        else if (rest == "")
        {
            response.ContentType = "text/html; charset=utf-8";
            await response.WriteAsync(Page.Html(Now(Look()), live: true), context.RequestAborted).ConfigureAwait(false);
        }
        else if (rest == "events")
        {
            await SendEvents(response, context.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            await Say(response, StatusCodes.Status404NotFound, "There is nothing here.").ConfigureAwait(false);
        }
    }

    /// <summary>Sends the runs now and whenever they have logged something, as server-sent events.</summary>
    private async Task SendEvents(HttpResponse response, CancellationToken gone)
    {
        response.ContentType = "text/event-stream";
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(
            gone, server.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        WatchedRuns runs = Look();
        bool any = true;
        DateTime last = DateTime.UtcNow;
        try
        {
            while (true)
            {
                if (any)
                {
                    await response.WriteAsync($"data: {Page.Serialise(Now(runs))}\n\n", ended.Token).ConfigureAwait(false);
                }
                else if (DateTime.UtcNow - last > SignOfLife)
                {
                    await response.WriteAsync(": waiting\n\n", ended.Token).ConfigureAwait(false);
                }

                if (any || DateTime.UtcNow - last > SignOfLife)
                {
                    await response.Body.FlushAsync(ended.Token).ConfigureAwait(false);
                    last = DateTime.UtcNow;
                }

                await Task.Delay(options.Interval, ended.Token).ConfigureAwait(false);
                any = runs.Update();
            }
        }
        catch (OperationCanceledException)
        {
            // the browser has left, or the server ends
        }
    }

    private WatchedRuns Look()
    {
        WatchedRuns runs = new(paths);
        _ = runs.Update();
        return runs;
    }

    private static PageData Now(WatchedRuns runs) => new() { Title = "Live", Runs = runs.Data, Missing = runs.Missing };

    private static Task Say(HttpResponse response, int status, string text)
    {
        (response.StatusCode, response.ContentType) = (status, "text/plain; charset=utf-8");
        return response.WriteAsync(text + "\n");
    }

    private bool IsToken(string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(token));

    /// <summary>Whether a request names this server as a user would: a name that another machine's page made to point here is none.</summary>
    private bool IsOwnHost(HostString host) =>
        (host.Port ?? 80) == port
        && (IsThisMachine(host.Host)
            || (IPAddress.TryParse(host.Host.Trim('[', ']'), out IPAddress? address) && (address.Equals(options.Address) || !IPAddress.IsLoopback(options.Address)))
            || (!IPAddress.IsLoopback(options.Address) && host.Host.Equals(Dns.GetHostName(), StringComparison.OrdinalIgnoreCase)));

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host is "127.0.0.1" or "[::1]";

    private bool IsOwnOrigin(HttpRequest request) =>
        request.Headers.Origin is not [var origin, ..]
        || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && from.Scheme == Uri.UriSchemeHttp
            && IsOwnHost(new HostString(from.Host, from.Port)) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));

    private static string HostOf(IPAddress address) =>
        address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
