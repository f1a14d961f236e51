using System.Globalization;
using System.Numerics;
using System.Text;
using DenseCL.Weights.Tensors;

namespace DenseCL.Weights.Formats.Pickles;

/// <summary>Numbers and texts as protocol 0 writes them, and integers of any length.</summary>
internal static class PickleLiterals
{
    /// <summary>A longer number does not occur in checkpoints, and takes long to convert.</summary>
    public const int MaxNumber = 1024;

    /// <summary>Little-endian and signed; a long if it fits.</summary>
    public static object Whole(ReadOnlySpan<byte> bytes) => Narrow(new BigInteger(bytes));

    /// <summary>Decimal digits, possibly with Python 2's <c>L</c> at the end; 00 and 01 are Booleans.</summary>
    public static object Whole(byte[] line, bool truthValues)
    {
        string text = Encoding.Latin1.GetString(line);
        if (truthValues && text is "00" or "01")
        {
            return text is "01";
        }

        return BigInteger.TryParse(
            text.EndsWith('L') ? text[..^1] : text,
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out BigInteger number)
            ? Narrow(number)
            : throw new FormatException($"{WeightNames.Quote(text)} stands where a whole number belongs");
    }

    public static double Real(byte[] line)
    {
        string text = Encoding.Latin1.GetString(line);
        return text switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "nan" => double.NaN,
            _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                ? number
                : throw new FormatException($"{WeightNames.Quote(text)} stands where a number belongs"),
        };
    }

    /// <summary>A string of Python 2 in quotes, with its escapes.</summary>
    public static byte[] Quoted(byte[] line)
    {
        if (line.Length < 2 || line[0] is not ((byte)'\'' or (byte)'"') || line[^1] != line[0])
        {
            throw new FormatException("a text in the pickle is not in quotes");
        }

        List<byte> bytes = new(line.Length);
        for (int i = 1; i < line.Length - 1; i++)
        {
            if (line[i] != (byte)'\\')
            {
                bytes.Add(line[i]);
            }
            else
            {
                (byte value, int taken) = Escape(line.AsSpan(i + 1, line.Length - 2 - i));
                bytes.Add(value);
                i += taken;
            }
        }

        return [.. bytes];
    }

    /// <summary>Text in latin1 with \uXXXX and \UXXXXXXXX.</summary>
    public static string Unescaped(byte[] line)
    {
        StringBuilder text = new(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            int digits = line[i] == (byte)'\\' && i + 1 < line.Length ? line[i + 1] switch { (byte)'u' => 4, (byte)'U' => 8, _ => 0 } : 0;
            if (digits == 0)
            {
                text.Append((char)line[i]);
                continue;
            }

            if (
                i + 2 + digits > line.Length
                || !uint.TryParse(
                    Encoding.Latin1.GetString(line, i + 2, digits),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out uint point)
                || !Rune.TryCreate(point, out Rune rune))
            {
                throw new FormatException("a text in the pickle has a wrong \\u");
            }

            text.Append(rune.ToString());
            i += 1 + digits;
        }

        return text.ToString();
    }

    private static (byte Value, int Taken) Escape(ReadOnlySpan<byte> rest)
    {
        const string Letters = "abfnrtv\\'\"", Values = "\a\b\f\n\r\t\v\\'\"";
        int letter = rest.IsEmpty ? -1 : Letters.IndexOf((char)rest[0], StringComparison.Ordinal);
        if (letter >= 0)
        {
            return ((byte)Values[letter], 1);
        }

        if (rest.Length >= 3 && rest[0] == (byte)'x'
            && byte.TryParse(rest[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
        {
            return (value, 3);
        }

        throw new FormatException("a text in the pickle has an escape that Python does not write");
    }

    private static object Narrow(BigInteger number)
    {
        if (number >= long.MinValue && number <= long.MaxValue)
        {
            long narrow = (long)number;
            return narrow;
        }

        return number;
    }
}
