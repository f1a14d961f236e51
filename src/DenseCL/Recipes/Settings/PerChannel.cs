using System.Globalization;

namespace DenseCL.Recipes.Settings;

/// <summary>
/// A number for each channel of an image, written <c>[red, green, blue]</c> in a recipe; or the word <c>measured</c> for numbers that are
/// to be measured on the images.
/// </summary>
public readonly record struct PerChannel
{
    private const string MeasuredWord = "measured";

    private readonly double[]? numbers;

    /// <summary>Numbers that are known.</summary>
    /// <param name="numbers">One for each channel, of pixel values scaled to 0 … 1; 1 to <see cref="DataOptions.MostChannels"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or there are too many.</exception>
    public PerChannel(params ReadOnlySpan<double> numbers)
    {
        ArgumentOutOfRangeException.ThrowIfZero(numbers.Length, nameof(numbers));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numbers.Length, DataOptions.MostChannels, nameof(numbers));
        this.numbers = numbers.ToArray();
    }

    /// <summary>Numbers that are to be measured on the images.</summary>
    public static PerChannel Measured => default;

    /// <summary>Whether the numbers are still to be measured.</summary>
    public bool IsMeasured => numbers is null;

    /// <summary>The numbers, one for each channel; none if they are still to be measured.</summary>
    public IReadOnlyList<double> Numbers => numbers ?? [];

    /// <summary>Whether both have the same numbers.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(PerChannel other) => Numbers.SequenceEqual(other.Numbers);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (double number in Numbers)
            hash.Add(number);

        return hash.ToHashCode();
    }

    /// <summary>As in a recipe.</summary>
    public override string ToString() => IsMeasured
        ? MeasuredWord
        : $"[{string.Join(", ", Numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)))}]";

    /// <summary>Reads the items of a list, or the one word.</summary>
    internal static bool TryParse(IReadOnlyList<string> items, bool isList, out PerChannel value)
    {
        value = Measured;
        if (!isList) return items is [MeasuredWord];
        if (items.Count is 0 or > DataOptions.MostChannels) return false;

        double[] numbers = new double[items.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            bool read = double.TryParse(items[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]);
            if (!read || !double.IsFinite(numbers[i])) return false;
        }

        value = new PerChannel(numbers);
        return true;
    }
}
