namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>A list of a pickle, or the arguments of a set, whose order is the file's.</summary>
internal sealed class PickleList
{
    /// <summary>Its items; one of them may be the list itself.</summary>
    public List<object?> Items { get; } = [];
}
