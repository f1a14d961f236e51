using System.Globalization;
using System.Text.RegularExpressions;

namespace DenseCL.Transfer.Labelled.Masks;

/// <summary>
/// What a pixel of a mask contains: a colour, or a number (a grey value, or the index of a palette). A number is the same value as the
/// colour whose parts are all that number.
/// </summary>
/// <param name="Red">The number, or the red part.</param>
/// <param name="Green">The number, or the green part.</param>
/// <param name="Blue">The number, or the blue part.</param>
internal readonly partial record struct PixelValue(byte Red, byte Green, byte Blue)
{
    /// <summary>The forms that <see cref="TryTake"/> understands, for messages.</summary>
    public const string Forms = "a number from 0 to 255, or a colour such as 255,0,0 or #ff0000";

    /// <summary>A number.</summary>
    public static PixelValue Of(byte number) => new(number, number, number);

    /// <summary>As an option and a list of classes take it.</summary>
    public override string ToString() => Red == Green && Green == Blue
        ? Red.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Red},{Green},{Blue}");

    /// <summary>Takes a value from the start of a text: <c>255</c>, <c>255,0,0</c>, <c>255 0 0</c> or <c>#ff0000</c>.</summary>
    /// <param name="text">The text, without spaces at its start.</param>
    /// <param name="value">The value.</param>
    /// <param name="rest">What follows it, without the separator.</param>
    /// <returns>Whether the text begins with a value that ends at a separator or at the end of the text.</returns>
    public static bool TryTake(string text, out PixelValue value, out string rest)
    {
        Match match = Pattern().Match(text);
        (value, rest) = (default, match.Groups["rest"].Value.Trim());
        if (!match.Success)
        {
            return false;
        }

        if (match.Groups["hex"] is { Success: true } hex)
        {
            int rgb = int.Parse(hex.Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            value = new PixelValue((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);
            return true;
        }

        bool colour = match.Groups["green"].Success;
        bool fits = Number(match, "red", out byte red) & Number(match, colour ? "green" : "red", out byte green)
            & Number(match, colour ? "blue" : "red", out byte blue);
        value = new PixelValue(red, green, blue);
        return fits;
    }

    private static bool Number(Match match, string part, out byte number) =>
        byte.TryParse(match.Groups[part].Value, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // Three numbers are a colour; what follows one number is a name, even if it begins with another number.
    [GeneratedRegex(
        @"^(#(?<hex>[0-9a-fA-F]{6})|(?<red>[0-9]+)([ \t,]+(?<green>[0-9]+)[ \t,]+(?<blue>[0-9]+))?)([ \t,:;=]+(?<rest>.*))?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
