namespace DenseCL.Cli.Display;

/// <summary>A length of time in words.</summary>
internal static class Duration
{
    /// <summary>The two largest units that say something, such as <c>3 h 05 min</c>.</summary>
    public static string Of(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => FormattableString.Invariant($"{(int)time.TotalDays} d {time.Hours:D2} h"),
        { TotalHours: >= 1 } => FormattableString.Invariant($"{(int)time.TotalHours} h {time.Minutes:D2} min"),
        _ => FormattableString.Invariant($"{time.Minutes} min {time.Seconds:D2} s"),
    };
}
