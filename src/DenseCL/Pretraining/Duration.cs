using System.Globalization;

namespace DenseCL.Pretraining;

/// <summary>Times as people read them.</summary>
internal static class Duration
{
    /// <summary>Two units: <c>3 d 04 h</c>, <c>2 h 05 min</c> or <c>7 min 30 s</c>.</summary>
    public static string Of(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays} d {time.Hours:D2} h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:D2} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:D2} s"),
    };
}
