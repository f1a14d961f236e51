namespace DenseCL.Reports.Runs;

/// <summary>A number that a run logs again and again.</summary>
/// <param name="name">Its group and name, such as <c>loss/dense</c>; <see cref="Curves"/> says which there are.</param>
public sealed class Curve(string name)
{
    private readonly List<long> steps = [];
    private readonly List<double> values = [];

    /// <summary>Its group and name, such as <c>loss/dense</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The steps, ascending.</summary>
    public IReadOnlyList<long> Steps => steps;

    /// <summary>The value at each step; never NaN or infinite.</summary>
    public IReadOnlyList<double> Values => values;

    /// <summary>The last value, or null.</summary>
    public double? Last => values is [.., var last] ? last : null;

    /// <summary>Adds a value. A run that continues from a checkpoint logs steps again: what was known of them is replaced.</summary>
    internal void Add(long step, double value)
    {
        while (steps is [.., var last] && last >= step)
        {
            steps.RemoveAt(steps.Count - 1);
            values.RemoveAt(values.Count - 1);
        }

        if (double.IsFinite(value))
        {
            steps.Add(step);
            values.Add(value);
        }
    }
}
