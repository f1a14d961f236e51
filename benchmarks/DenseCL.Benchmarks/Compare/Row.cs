using System.Globalization;

namespace DenseCL.Benchmarks.Compare;

/// <summary>A line of the table.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Ours">Ours.</param>
/// <param name="Unit">The number.</param>
/// <param name="Opponent">Whose is the other number.</param>
/// <param name="Other">The other; null if it was not measured.</param>
/// <param name="Says">How the ratio reads behind its number.</param>
internal sealed record Row(string Work, Measurement Ours, Unit Unit, string Opponent, Measurement? Other, string Says)
{
    /// <summary>The other's number, if it is not of the same name.</summary>
    public Unit OtherUnit { get; init; } = Unit;

    /// <summary>Whether the ratio is the other's number by ours: that of times, if it is to say who is how much faster.</summary>
    public bool OtherByOurs { get; init; }

    public override string ToString()
    {
        double ours = Ours.Median(Unit.Key);
        if (Other is null)
        {
            return $"| {Work} | {Text(ours, Unit)} | not measured | |";
        }

        double other = Other.Median(OtherUnit.Key),
            ratio = OtherByOurs ? other / ours : ours / other;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {Work} | {Text(ours, Unit)} | {Text(other, OtherUnit)}, {Opponent} | {ratio:F2} {Says} |");
    }

    private static string Text(double number, Unit unit) => $"{number.ToString(unit.Format, CultureInfo.InvariantCulture)} {unit.Name}";
}
