using System.Collections.Concurrent;

namespace DenseCL.Images;

/// <summary>Tables that make 8 bits of a sample with any other number of bits.</summary>
internal static class SampleTable
{
    private static readonly ConcurrentDictionary<(int Black, int White), byte[]> Tables = new();

    /// <summary>The upper 8 bits of 16.</summary>
    public static byte[] UpperBytes { get; } = [.. Enumerable.Range(0, 1 << 16).Select(value => (byte)(value >> 8))];

    /// <summary>The lower 8 bits of 16.</summary>
    public static byte[] LowerBytes { get; } = [.. Enumerable.Range(0, 1 << 16).Select(value => (byte)value)];

    /// <summary>The table for a range of values, 65536 bytes: black and below 0, white and above 255, between them the nearest.</summary>
    /// <remarks>This is PNG's own rule (section 13.12): floor(value · 255 / white + ½).</remarks>
    /// <param name="black">At least 0.</param>
    /// <param name="white">Above <paramref name="black"/>, at most 65535.</param>
    public static byte[] Of(int black, int white) => Tables.GetOrAdd((black, white), static range =>
    {
        byte[] table = new byte[1 << 16];
        int length = range.White - range.Black;
        for (int value = range.Black + 1; value < table.Length; value++)
            table[value] = (byte)Math.Min(255, (((value - range.Black) * 510L) + length) / (2 * length));

        return table;
    });
}
