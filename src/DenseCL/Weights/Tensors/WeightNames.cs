namespace DenseCL.Weights.Tensors;

/// <summary>Names from files.</summary>
internal static class WeightNames
{
    /// <summary>A name from a file, for a message: shortened and without control characters.</summary>
    public static string Quote(string? name)
    {
        name ??= "null";
        string text = name.Length <= 120 ? name : name[..120] + "…";
        return "'" + string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) + "'";
    }
}
