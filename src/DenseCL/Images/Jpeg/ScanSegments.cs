namespace DenseCL.Images.Jpeg;

/// <summary>Splits the entropy-coded data at its restart markers, and removes the stuffed zeros.</summary>
/// <param name="file">The file.</param>
/// <param name="start">Where the entropy-coded data begin.</param>
internal ref struct ScanSegments(ReadOnlySpan<byte> file, int start)
{
    private const byte FirstRestart = 0xD0;
    private const byte EndOfImage = 0xD9;

    private readonly ReadOnlySpan<byte> file = file;
    private int at = start;
    private int restarts;

    /// <summary>Copies the next segment.</summary>
    /// <param name="into">Room for the rest of the file and <see cref="BitReader.Padding"/> bytes.</param>
    /// <param name="last">Whether the end of the image must follow; otherwise the next restart marker must.</param>
    /// <param name="segment">The segment with its padding.</param>
    /// <returns>False if something else follows, or nothing.</returns>
    public bool TryNext(Span<byte> into, bool last, out ReadOnlySpan<byte> segment)
    {
        int length = 0;
        segment = default;
        while (true)
        {
            ReadOnlySpan<byte> rest = file[at..];
            int plain = rest.IndexOf((byte)0xFF);
            if (plain < 0 || plain + 1 == rest.Length) return false;

            rest[..plain].CopyTo(into[length..]);
            length += plain;
            at += plain + 2;
            byte marker = rest[plain + 1];
            if (marker == 0)
            {
                into[length++] = 0xFF;
                continue;
            }

            into.Slice(length, BitReader.Padding).Clear();
            segment = into[..(length + BitReader.Padding)];
            return marker == (last ? EndOfImage : FirstRestart + (restarts++ & 7));
        }
    }
}
