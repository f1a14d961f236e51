namespace DenseCL.Transfer.Features;

/// <summary>
/// The order in which people count: image2 comes before image10, and everything in a folder before what only begins with its name.
/// </summary>
/// <remarks>Everything but digits is compared by code point, the same in every language.</remarks>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x, right = y;
        int i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            if (char.IsAsciiDigit(left[i]) && char.IsAsciiDigit(right[j]))
            {
                int order = CompareNumbers(Digits(left, ref i), Digits(right, ref j));
                if (order != 0)
                {
                    return order;
                }
            }
            else if (left[i] != right[j])
            {
                return Rank(left[i]).CompareTo(Rank(right[j]));
            }
            else
            {
                (i, j) = (i + 1, j + 1);
            }
        }

        int length = (left.Length - i).CompareTo(right.Length - j);
        return length != 0 ? length : string.CompareOrdinal(x, y);      // 7 and 07 differ
    }

    private static int Rank(char letter) => letter == '/' ? -1 : letter;

    private static ReadOnlySpan<char> Digits(ReadOnlySpan<char> text, ref int at)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text[start..at].TrimStart('0');
    }

    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int length = left.Length.CompareTo(right.Length);
        return length != 0 ? length : left.SequenceCompareTo(right);
    }
}
