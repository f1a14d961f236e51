using System.Net;

namespace DenseCL.Reports.Live;

/// <summary>Where a live page is served, and for whom.</summary>
public sealed record WatchOptions
{
    /// <summary>The address to listen on. Default 127.0.0.1: only programs of this machine reach the page.</summary>
    /// <remarks>With another address everyone who can reach it and knows the page's address sees the runs, unencrypted.</remarks>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, 0 … 65535; 0 for any that is free. Default 0.</summary>
    public int Port
    {
        get;
        init => field = value is >= 0 and <= 65535
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A port is a number from 0 to 65535; 0 takes any that is free.");
    }

    /// <summary>The shortest time between two looks at the run folders. Default 1 second.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}
