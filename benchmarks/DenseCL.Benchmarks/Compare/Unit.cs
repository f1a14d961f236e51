namespace DenseCL.Benchmarks.Compare;

/// <summary>What a number of a measurement counts.</summary>
/// <param name="Key">Its name in the JSON object.</param>
/// <param name="Name">Behind the number.</param>
/// <param name="Format">Of the number.</param>
internal sealed record Unit(string Key, string Name, string Format)
{
    public static readonly Unit Seconds = new("seconds_per_step", "s", "F3");
    public static readonly Unit Memory = new("peak_rss_mb", "MB", "N0");
    public static readonly Unit Images = new("images_per_second", "images/s", "F1");
    public static readonly Unit Decoded = new("decode_only", "images/s", "F1");
    public static readonly Unit Teraflops = new("tflops", "TFLOP/s", "F2");
    public static readonly Unit ProductTeraflops = new("product_tflops", "TFLOP/s", "F2");
}
