using System.Text;
using DenseCL.Weights.Tensors;

namespace DenseCL.Weights.Formats.Pickles;

/// <summary>Text or bytes of a pickle. They stay in the file, because numpy's arrays are such bytes.</summary>
internal sealed class PickleText
{
    /// <summary>No valid name or number is longer.</summary>
    private const int MaxString = 1 << 16;

    private readonly ByteSource source;
    private readonly long position;
    private readonly long length;
    private string? text;
    private LatinBytes? latin;

    /// <param name="kind">What the bytes are.</param>
    /// <param name="source">The source that contains them.</param>
    /// <param name="position">The first byte.</param>
    /// <param name="length">How many.</param>
    public PickleText(PickleTextKind kind, ByteSource source, long position, long length)
    {
        (Kind, this.source, this.position, this.length) = (kind, source, position, length);
    }

    /// <summary>A text that is already known.</summary>
    public PickleText(string text)
        : this(PickleTextKind.Unicode, new MemoryBytes(Encoding.UTF8.GetBytes(text)), 0, Encoding.UTF8.GetByteCount(text))
    {
        this.text = text;
    }

    /// <summary>What the bytes are.</summary>
    public PickleTextKind Kind { get; }

    /// <summary>Whether <see cref="ToText"/> would succeed.</summary>
    public bool IsShort => length <= MaxString;

    /// <summary>The text. Bytes are read as latin1, as names written by Python 2 must be.</summary>
    /// <exception cref="FormatException">It is too long for a name, or not UTF-8.</exception>
    public string ToText()
    {
        if (text is null)
        {
            if (!IsShort)
            {
                throw new FormatException($"a text of {length} bytes stands where a name belongs (limit {MaxString})");
            }

            byte[] bytes = source.ToArray(position, length);
            text = Kind == PickleTextKind.Unicode ? Decode(bytes) : Encoding.Latin1.GetString(bytes);
        }

        return text;
    }

    /// <summary>The bytes; also for a text of Python 2, which does not distinguish the two.</summary>
    /// <exception cref="FormatException">It is a text of Python 3.</exception>
    public ByteSource ToBytes() => Kind != PickleTextKind.Unicode
        ? new SourceRange(source, position, length)
        : throw new FormatException("a text stands where bytes belong");

    /// <summary>The bytes of this text in latin1.</summary>
    /// <exception cref="FormatException">The text has other characters.</exception>
    public PickleText EncodeLatin1()
    {
        if (Kind != PickleTextKind.Unicode)
        {
            return this;
        }

        // Cached: a file may use the same text a million times.
        latin ??= new LatinBytes(source, position, length);
        return new PickleText(PickleTextKind.Bytes, latin, 0, latin.Length);
    }

    private static string Decode(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (ArgumentException e)
        {
            throw new FormatException("a text is not valid UTF-8", e);
        }
    }
}
