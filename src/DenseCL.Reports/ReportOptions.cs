using DenseCL.Transfer.Options;

namespace DenseCL.Reports;

/// <summary>What a report shows besides its curves.</summary>
public sealed record ReportOptions
{
    /// <summary>How many images have their views, matches and feature maps shown, 0 … 12; 0 for no pictures at all. Default 6.</summary>
    [Option("How many images have views, matches and feature maps in the report; 0 for no pictures.", Low = 0, High = 12)]
    public int Pictures
    {
        get;
        init => field = this.Checked(value);
    } = 6;

    /// <summary>Among how many images nearest neighbours are searched, 2 … 10,000. Default 200.</summary>
    /// <remarks>Each network computes the features of all of them.</remarks>
    [Option("Among how many images nearest neighbours are searched.", Low = 2, High = 10_000)]
    public int Neighbours
    {
        get;
        init => field = this.Checked(value);
    } = 200;
}
