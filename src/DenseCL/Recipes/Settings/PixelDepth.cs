using System.Globalization;

namespace DenseCL.Recipes.Settings;

/// <summary>
/// Which values of a picture with more than 8 bits a sample become black and white. Pictures of 8 bits are not changed by it. In a
/// recipe it is <c>auto</c>, <c>stretch</c>, a number of bits, or <c>[black, white]</c>.
/// </summary>
public readonly record struct PixelDepth
{
    private readonly int black;
    private readonly int white;

    private PixelDepth(int black, int white, bool stretched) => (this.black, this.white, IsStretch) = (black, white, stretched);

    /// <summary>What the file says: 0 is black, and the largest value of its bits is white.</summary>
    public static PixelDepth Auto => default;

    /// <summary>The values that 0.1 % and 99.9 % of the set lie below; a run measures them once and records them as a range.</summary>
    public static PixelDepth Stretch => new(0, 0, stretched: true);

    /// <summary>Whether the values must still be measured.</summary>
    public bool IsStretch { get; }

    /// <summary>Whether each file says it itself.</summary>
    public bool IsAuto => this == default;

    /// <summary>0 is black and 2ᵇⁱᵗˢ − 1 white, whatever the file says.</summary>
    /// <param name="bits">8 to 16.</param>
    /// <exception cref="RecipeException">The number is out of range.</exception>
    public static PixelDepth OfBits(int bits) => new(
        0, (1 << Allowed.Between("data.depth", bits, 8, 16, "Choose the bits that the camera writes, such as 12.")) - 1, stretched: false);

    /// <summary>The two values themselves.</summary>
    /// <param name="black">This value and those below become 0; 0 to 65534.</param>
    /// <param name="white">This value and those above become 255; above <paramref name="black"/>, at most 65535.</param>
    /// <exception cref="RecipeException">The values are out of range or out of order.</exception>
    public static PixelDepth OfRange(int black, int white) =>
        black >= 0 && black < white && white <= ushort.MaxValue
            ? new(black, white, stretched: false)
            : throw new RecipeException(string.Create(
                CultureInfo.InvariantCulture,
                $"data.depth is [{black}, {white}], but must be [black, white] with 0 ≤ black < white ≤ 65535. "
                + $"Choose [0, 4095] for 12 bits, or `stretch`."));

    /// <summary>The values that become black and white in a picture of more than 8 bits.</summary>
    /// <param name="bits">The bits that the file says its values have, 9 to 16.</param>
    /// <exception cref="InvalidOperationException">The values were not measured.</exception>
    internal (int Black, int White) Range(int bits) =>
        IsStretch ? throw new InvalidOperationException("The values that data.depth: stretch stands for were not measured.")
        : IsAuto ? (0, (1 << bits) - 1)
        : (black, white);

    /// <summary>The value in a recipe.</summary>
    /// <param name="text">The text, such as <c>12</c> or <c>[102, 3987]</c>.</param>
    /// <param name="value">What it stands for.</param>
    /// <exception cref="RecipeException">A number is out of range.</exception>
    internal static bool TryParse(string text, out PixelDepth value)
    {
        value = text == "stretch" ? Stretch : Auto;
        if (text is "auto" or "stretch") return true;

        if (Number(text) is { } bits)
            value = OfBits(bits);
        else if (
            text is ['[', .. var ends, ']']
            && ends.Split(',') is [var low, var high]
            && Number(low) is { } black
            && Number(high) is { } white)
            value = OfRange(black, white);
        else
            return false;

        return true;

        static int? Number(string part) =>
            int.TryParse(
                part, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int number)
                ? number
                : null;
    }

    /// <summary>The value as a recipe has it.</summary>
    public override string ToString() =>
        IsStretch ? "stretch"
        : IsAuto ? "auto"
        : black == 0 && (white & (white + 1)) == 0 && white >= byte.MaxValue ? int.PopCount(white).ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"[{black}, {white}]");
}
