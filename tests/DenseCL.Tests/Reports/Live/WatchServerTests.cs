using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using DenseCL.Data;
using DenseCL.Reports.Live;

namespace DenseCL.Tests.Reports.Live;

/// <summary>Whom the live page answers, and with what.</summary>
public sealed class WatchServerTests : IDisposable
{
    private static readonly WatchOptions Quick = new() { Interval = TimeSpan.FromMilliseconds(20) };

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_is_at_its_address_and_nowhere_else()
    {
        await using WatchServer server = await WatchServer.Start([Run().Path], Quick, Stop);
        HttpResponseMessage page = await client.GetAsync(server.Address, Stop);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("data-live", await page.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        string token = server.Address.Segments[1].TrimEnd('/');
        Assert.Equal(32, token.Length);
        string[] elsewhere = ["/", "/events", $"/{token}", $"/{token[..^1]}/", $"/{token}0/", $"/{token.ToUpperInvariant()}x/events", $"/{token}/other", $"/{token}/events/", "/../"];
        foreach (string path in elsewhere)
        {
            Assert.Equal((path, HttpStatusCode.NotFound), (path, (await client.GetAsync(new Uri(server.Address, path), Stop)).StatusCode));
        }

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync(server.Address, null, Stop)).StatusCode);
    }

    [Fact]
    public async Task Two_servers_have_different_tokens()
    {
        await using WatchServer one = await WatchServer.Start([Run().Path], Quick, Stop), other = await WatchServer.Start([Run().Path], Quick, Stop);
        Assert.NotEqual(one.Address.AbsolutePath, other.Address.AbsolutePath);
    }

    [Theory]
    [InlineData("evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1", null, HttpStatusCode.Forbidden)]           // without the port: another server
    [InlineData("localhost:{port}", null, HttpStatusCode.OK)]
    [InlineData("evil.example:{port}", null, HttpStatusCode.Forbidden)]
    [InlineData("192.168.0.1:{port}", null, HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.evil.example:{port}", null, HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1:{port}", "http://127.0.0.1:{port}", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:{port}", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1:{port}", "http://127.0.0.1:1", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1:{port}", "https://127.0.0.1:{port}", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1:{port}", "null", HttpStatusCode.Forbidden)]
    public async Task Another_host_or_origin_is_refused(string host, string? origin, HttpStatusCode expected)
    {
        await using WatchServer server = await WatchServer.Start([Run().Path], Quick, Stop);
        string port = server.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using HttpRequestMessage request = new(HttpMethod.Get, server.Address);
        request.Headers.Host = host.Replace("{port}", port, StringComparison.Ordinal);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin.Replace("{port}", port, StringComparison.Ordinal));
        }

        Assert.Equal(expected, (await client.SendAsync(request, Stop)).StatusCode);
    }

    [Fact]
    public async Task It_listens_to_this_machine_only_unless_asked()
    {
        await using WatchServer server = await WatchServer.Start([Run().Path], Quick, Stop);
        IPAddress[] listening =
        [
            .. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners()
                .Where(each => each.Port == server.Address.Port).Select(each => each.Address),
        ];
        Assert.Equal([IPAddress.Loopback], listening);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using WatchServer server = await WatchServer.Start([Run().Path], Quick, Stop);
        DataException error = await Assert.ThrowsAsync<DataException>(() => WatchServer.Start([Run().Path], Quick with { Port = server.Address.Port }, Stop));
        Assert.Contains($"port {server.Address.Port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_follow_a_run_that_goes_on_stops_and_continues_from_its_checkpoint()
    {
        WrittenRun run = Run();
        string late = Path.Combine(folder.Path, "late");
        await using WatchServer server = await WatchServer.Start([run.Path, late], Quick, Stop);
        using Stream stream = await client.GetStreamAsync(new Uri(server.Address, "events"), Stop);
        using StreamReader events = new(stream);
        JsonElement first = await Until(events, _ => true);
        Assert.Equal([late], first.GetProperty("missing").EnumerateArray().Select(path => path.GetString()));

        run.Log(20, 5.5);
        _ = await Until(events, data => Steps(data) is [10, 20]);
        run.Log(30, 5.25);
        _ = await Until(events, data => Steps(data) is [10, 20, 30]);

        run.KeepUntil(10);          // it was killed, and continues from step 10
        run.Log(20, 4.5);
        JsonElement after = await Until(events, data => Steps(data) is [10, 20] && Values(data)[^1] == 4.5);
        Assert.Equal([6, 4.5], Values(after));

        new WrittenRun(late).Log(10, 3);
        JsonElement both = await Until(events, data => data.GetProperty("runs").GetArrayLength() == 2 && data.GetProperty("missing").GetArrayLength() == 0);
        Assert.Equal(["run", "late"], both.GetProperty("runs").EnumerateArray().Select(each => each.GetProperty("name").GetString()));
    }

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    private static async Task<JsonElement> Until(StreamReader events, Func<JsonElement, bool> isWanted)
    {
        while (await events.ReadLineAsync(Stop) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal) && JsonDocument.Parse(line[6..]).RootElement is var data && isWanted(data))
            {
                return data;
            }
        }

        throw new EndOfStreamException("The events have ended.");
    }

    private static long[] Steps(JsonElement data) => [.. Loss(data).GetProperty("steps").EnumerateArray().Select(step => step.GetInt64())];

    private static double[] Values(JsonElement data) => [.. Loss(data).GetProperty("values").EnumerateArray().Select(value => value.GetDouble())];

    private static JsonElement Loss(JsonElement data) => data.GetProperty("runs")[0].GetProperty("curves").GetProperty("loss/total");

    private WrittenRun Run()
    {
        WrittenRun run = new(Path.Combine(folder.Path, "run"));
        run.KeepNothing();
        run.Log(10, 6);
        return run;
    }
}
