namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>A figure that an evaluation measures.</summary>
/// <param name="Name">Its name in JSON, in results and in tables; <c>{…}</c> stands for what differs, such as <c>top1.k{N}</c>.</param>
/// <param name="Unit">What its value counts.</param>
/// <param name="Meaning">What it says, in a phrase.</param>
public sealed record Figure(string Name, FigureUnit Unit, string Meaning)
{
    /// <summary>A name that recorded results have for it; null if it always had this one.</summary>
    public string? Older { get; init; }

    /// <summary>Whether a measured figure is this one.</summary>
    /// <param name="name">The name of what was measured.</param>
    public bool Is(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int hole = Name.IndexOf('{', StringComparison.Ordinal), end = Name.IndexOf('}', StringComparison.Ordinal) + 1;
        return hole < 0
            ? name == Name
            : name.Length > Name.Length - (end - hole)
                && name.StartsWith(Name[..hole], StringComparison.Ordinal) && name.EndsWith(Name[end..], StringComparison.Ordinal);
    }
}
