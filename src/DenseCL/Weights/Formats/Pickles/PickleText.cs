using System.Text;
using DenseCL.Weights.Tensors;

namespace DenseCL.Weights.Formats.Pickles;

/// <summary>A text or bytes of a pickle. They stay in the file: numpy's arrays are such bytes.</summary>
internal sealed class PickleText
{
    /// <summary>No name and no number of ours is longer.</summary>
    private const int MaxString = 1 << 16;

    private readonly ByteSource source;
    private readonly long position;
    private readonly long length;
    private string? text;
    private LatinBytes? latin;

    /// <param name="kind">What the bytes are.</param>
    /// <param name="source">Where they are.</param>
    /// <param name="position">The first.</param>
    /// <param name="length">How many.</param>
    public PickleText(PickleTextKind kind, ByteSource source, long position, long length)
    {
        (Kind, this.source, this.position, this.length) = (kind, source, position, length);
    }

    /// <summary>A text that is known already.</summary>
    public PickleText(string text)
        : this(PickleTextKind.Unicode, new MemoryBytes(Encoding.UTF8.GetBytes(text)), 0, Encoding.UTF8.GetByteCount(text))
    {
        this.text = text;
    }

    /// <summary>What the bytes are.</summary>
    public PickleTextKind Kind { get; }

    /// <summary>Whether <see cref="ToText"/> would return it.</summary>
    public bool IsShort => length <= MaxString;

    /// <summary>The text; bytes are taken as latin1, as names that Python 2 wrote are.</summary>
    /// <exception cref="FormatException">It is too long for a name, or no UTF-8.</exception>
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

    /// <summary>The bytes; of a text of Python 2, which does not tell them apart, too.</summary>
    /// <exception cref="FormatException">It is a text of Python 3.</exception>
    public ByteSource ToBytes() => Kind != PickleTextKind.Unicode
        ? new SourceRange(source, position, length)
        : throw new FormatException("a text stands where bytes belong");

    /// <summary>The bytes whose latin1 this text is.</summary>
    /// <exception cref="FormatException">The text has other characters.</exception>
    public PickleText EncodeLatin1()
    {
        if (Kind != PickleTextKind.Unicode)
        {
            return this;
        }

        // Kept: a file may ask for the same text a million times.
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
            throw new FormatException("a text is no valid UTF-8", e);
        }
    }
}
