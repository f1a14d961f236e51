namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>A figure that an evaluation measures.</summary>
/// <param name="Name">Its name in JSON, in results and in tables; <c>{…}</c> is a variable part, as in <c>top1.k{N}</c>.</param>
/// <param name="Unit">The unit of its value.</param>
/// <param name="Meaning">Its meaning, in a phrase.</param>
public sealed record Figure(string Name, FigureUnit Unit, string Meaning)
{
    /// <summary>An older name in recorded results; null if it never had another.</summary>
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
