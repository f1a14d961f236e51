using System.Buffers.Binary;
using System.Text;

namespace DenseCL.Weights.Formats.Pickles;

/// <summary>
/// Writes a Python pickle: plain values, and the few operations that weight files need. As on a stack, an operation applies to what was
/// written before it.
/// </summary>
/// <remarks>
/// The operations are those of protocol 2, which PyTorch's restricted reader accepts. <see cref="Bytes(byte[])"/> and <see
/// cref="LongBytes"/> belong to protocols 3 and 4, which it does not accept. See https://docs.python.org/3/library/pickletools.html.
/// </remarks>
internal sealed class PickleWriter
{
    private readonly Stream stream;
    private readonly Dictionary<string, int> remembered = new(StringComparer.Ordinal);

    /// <param name="stream">Should be buffered, because most writes are single bytes.</param>
    /// <param name="protocol">2 to 4.</param>
    public PickleWriter(Stream stream, byte protocol)
    {
        this.stream = stream;
        Write(0x80, protocol);
    }

    /// <summary>A function or class, by its module and its name in the module.</summary>
    public void Global(string module, string name) => Once(
        $"global {module} {name}", () => stream.Write(Encoding.UTF8.GetBytes($"c{module}\n{name}\n")));

    /// <summary>A text that occurs often: it is written only once.</summary>
    public void Word(string text) => Once($"word {text}", () => Text(text));

    /// <summary>null, a text, a Boolean, an integer, a float, a dictionary with text keys, or a list of these.</summary>
    /// <exception cref="ArgumentException">The value has another type.</exception>
    public void Value(object? value)
    {
        switch (value)
        {
            case null:
                Write('N');
                break;
            case bool truth:
                Write(truth ? 0x88 : 0x89);
                break;
            case string text:
                Text(text);
                break;
            case int or long or short or byte:
                Number(Convert.ToInt64(value, null));
                break;
            case float or double:
                Span<byte> bytes = stackalloc byte[9];
                bytes[0] = (byte)'G';
                BinaryPrimitives.WriteDoubleBigEndian(bytes[1..], Convert.ToDouble(value, null));
                stream.Write(bytes);
                break;
            case IEnumerable<KeyValuePair<string, object?>> entries:
                Dictionary(() => Entries(entries));
                break;
            case System.Collections.IEnumerable items:
                Write(']', '(');
                foreach (object? item in items)
                {
                    Value(item);
                }

                Write('e');
                break;
            default:
                throw new ArgumentException(
                    $"A value of type {value.GetType().Name} is not written to a pickle: "
                    + "give text, numbers, truth values, lists or dictionaries.",
                    nameof(value));
        }
    }

    public void Number(long value)
    {
        Span<byte> bytes = stackalloc byte[10];
        if (value is >= 0 and < 256)
        {
            Write('K', (int)value);
        }
        else if (value is >= int.MinValue and <= int.MaxValue)
        {
            bytes[0] = (byte)'J';
            BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], (int)value);
            stream.Write(bytes[..5]);
        }
        else
        {
            (bytes[0], bytes[1]) = (0x8A, 8);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[2..], value);
            stream.Write(bytes);
        }
    }

    /// <summary>A tuple of the values that <paramref name="items"/> writes.</summary>
    public void Tuple(Action items)
    {
        Write('(');
        items();
        Write('t');
    }

    /// <summary>A tuple of whole numbers.</summary>
    public void Tuple(ReadOnlySpan<long> numbers)
    {
        Write('(');
        foreach (long number in numbers)
        {
            Number(number);
        }

        Write('t');
    }

    /// <summary>A dictionary; <paramref name="entries"/> writes key, value, key, value….</summary>
    public void Dictionary(Action entries)
    {
        Write('}');
        SetItems(entries);
    }

    /// <summary>Puts entries into the dictionary written before.</summary>
    public void SetItems(Action entries)
    {
        Write('(');
        entries();
        Write('u');
    }

    /// <summary>Keys and values, for <see cref="Dictionary"/>.</summary>
    public void Entries(IEnumerable<KeyValuePair<string, object?>> entries)
    {
        foreach ((string key, object? value) in entries)
        {
            Text(key);
            Value(value);
        }
    }

    /// <summary>Calls the function written before with a tuple of the values that <paramref name="arguments"/> writes.</summary>
    public void Call(Action arguments)
    {
        Tuple(arguments);
        Write('R');
    }

    /// <summary>Sets the state of the object written before: a tuple of the values that <paramref name="state"/> writes.</summary>
    public void Build(Action state)
    {
        Tuple(state);
        Write('b');
    }

    /// <summary>Turns the tuple written before into the reference to an object that is stored outside the pickle.</summary>
    public void Persistent() => Write('Q');

    /// <summary>Fewer than 256 bytes; requires protocol 3.</summary>
    public void Bytes(byte[] bytes)
    {
        Write('C', checked((byte)bytes.Length));
        stream.Write(bytes);
    }

    /// <summary>Any number of bytes; requires protocol 4.</summary>
    /// <param name="length">How many.</param>
    /// <param name="write">Writes them.</param>
    public void LongBytes(long length, Action<Stream> write)
    {
        Span<byte> head = stackalloc byte[9];
        head[0] = 0x8E;
        BinaryPrimitives.WriteInt64LittleEndian(head[1..], length);
        stream.Write(head);
        write(stream);
    }

    /// <summary>Ends the pickle: the value on the stack is its result.</summary>
    public void Stop() => Write('.');

    private void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> head = stackalloc byte[5];
        head[0] = (byte)'X';
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], bytes.Length);
        stream.Write(head);
        stream.Write(bytes);
    }

    /// <summary>Writes a value and memoises it, or refers to it if that was done before.</summary>
    private void Once(string key, Action write)
    {
        if (remembered.TryGetValue(key, out int place))
        {
            Write('h', place);
            return;
        }

        write();
        if (remembered.Count < 256)
        {
            Write('q', remembered.Count);
            remembered.Add(key, remembered.Count);
        }
    }

    private void Write(int operation) => stream.WriteByte((byte)operation);

    private void Write(int operation, int argument)
    {
        Write(operation);
        Write(argument);
    }
}
