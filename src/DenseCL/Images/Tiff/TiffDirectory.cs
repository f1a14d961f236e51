using System.Buffers.Binary;
using System.Numerics;

namespace DenseCL.Images.Tiff;

/// <summary>
/// The first directory of a TIFF file: which entries it has, and where their values lie. Every value lies inside the file.
/// </summary>
internal sealed class TiffDirectory
{
    private const int EntryBytes = 12;
    private readonly Dictionary<int, (int Type, int Count, int At)> entries = [];
    private readonly bool little;

    private TiffDirectory(bool little) => this.little = little;

    /// <summary>Reads the directory that the head of the file points to. Those after it are other pages.</summary>
    /// <exception cref="ImageException">It is damaged or cut off.</exception>
    public static TiffDirectory Read(ReadOnlySpan<byte> file)
    {
        var directory = new TiffDirectory(file[0] == 'I');
        uint start = file.Length < 8 ? uint.MaxValue : directory.Long(file[4..]);
        if (start < 8 || start > file.Length - 2) throw CutOff();

        int count = directory.Short(file[(int)start..]);
        ReadOnlySpan<byte> rest = file[((int)start + 2)..];
        if (count == 0 || rest.Length < (count * EntryBytes) + 4) throw CutOff();

        for (int i = 0; i < count; i++)
            directory.Add(rest.Slice(i * EntryBytes, EntryBytes), (int)start + 2 + (i * EntryBytes), file.Length);

        return directory;
    }

    public bool Has(TiffTag tag) => entries.ContainsKey((int)tag);

    /// <summary>Where the bytes of an entry lie; null if there is none.</summary>
    public Range? Place(TiffTag tag) => entries.TryGetValue((int)tag, out (int Type, int Count, int At) entry)
        ? entry.At..(int)(entry.At + (SizeOf(entry.Type) * (long)entry.Count))
        : null;

    /// <summary>A whole number of at least 1 that must be there.</summary>
    /// <exception cref="ImageException">It is missing or cannot be.</exception>
    public int Required(ReadOnlySpan<byte> file, TiffTag tag) =>
        Numbers(file, tag) is [var number] && number is >= 1 and <= int.MaxValue
            ? (int)number
            : throw new ImageException($"damaged: the TIFF's {tag} is missing or wrong");

    /// <summary>A whole number, or what the format takes where there is none.</summary>
    /// <exception cref="ImageException">It cannot be.</exception>
    public int Number(ReadOnlySpan<byte> file, TiffTag tag, int otherwise, int most)
    {
        if (!Has(tag)) return otherwise;

        return Numbers(file, tag) is [var number] && number <= most
            ? (int)number
            : throw new ImageException($"damaged: the TIFF's {tag} is wrong");
    }

    /// <summary>A number that is given for each sample.</summary>
    /// <exception cref="ImageException">Samples differ in it.</exception>
    public int Same(ReadOnlySpan<byte> file, TiffTag tag, int otherwise)
    {
        if (!Has(tag)) return otherwise;

        IReadOnlyList<uint> numbers = Numbers(file, tag);
        return numbers.Count > 0 && numbers.All(number => number == numbers[0]) && numbers[0] <= ushort.MaxValue
            ? (int)numbers[0]
            : throw new ImageException($"a TIFF whose samples differ in {tag}");
    }

    /// <summary>The bits that the largest sample needs, if the file says which that is; otherwise all of them.</summary>
    public int UsedBits(ReadOnlySpan<byte> file, int bits)
    {
        TiffTag tag = Has(TiffTag.LargestSampleOfAnyType) ? TiffTag.LargestSampleOfAnyType : TiffTag.LargestSample;
        uint largest = Has(tag) && entries[(int)tag].Type is 3 or 4 ? Numbers(file, tag).Max() : 0;
        int used = 32 - BitOperations.LeadingZeroCount(largest);
        return bits > 8 && used > 8 && used < bits ? used : bits;
    }

    /// <summary>Samples of a pixel that the file says are its opacity.</summary>
    public int Alphas(ReadOnlySpan<byte> file) => Has(TiffTag.ExtraSamples) && entries[(int)TiffTag.ExtraSamples].Type == 3
        ? Numbers(file, TiffTag.ExtraSamples).Count(kind => kind is 1 or 2)
        : 0;

    /// <summary>Whole numbers; none if there is no such entry.</summary>
    /// <exception cref="ImageException">They are of another type.</exception>
    public IReadOnlyList<uint> Numbers(ReadOnlySpan<byte> file, TiffTag tag)
    {
        if (!entries.TryGetValue((int)tag, out (int Type, int Count, int At) entry)) return [];

        uint[] numbers = new uint[entry.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = entry.Type switch
            {
                3 => Short(file[(entry.At + (i * 2))..]),
                4 => Long(file[(entry.At + (i * 4))..]),
                _ => throw new ImageException($"damaged: the TIFF's {tag} is not a whole number"),
            };
        }

        return numbers;
    }

    private static ImageException CutOff() => new("the head of the Tiff file is damaged or cut off");

    private static int SizeOf(int type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 => 8,
        _ => 0,
    };

    private void Add(ReadOnlySpan<byte> entry, int at, int fileLength)
    {
        (int tag, int type, uint count) = (Short(entry), Short(entry[2..]), Long(entry[4..]));
        long bytes = SizeOf(type) * (long)count;
        if (bytes == 0 && Enum.IsDefined((TiffTag)tag)) throw new ImageException($"damaged: the TIFF's {(TiffTag)tag} is empty");

        long start = bytes <= 4 ? at + 8 : Long(entry[8..]);
        if (start + bytes > fileLength) throw CutOff();
        if (!entries.TryAdd(tag, (type, (int)Math.Min(count, int.MaxValue), (int)start)))
            throw new ImageException($"damaged: entry {tag} of the TIFF comes twice");
    }

    private ushort Short(ReadOnlySpan<byte> bytes) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private uint Long(ReadOnlySpan<byte> bytes) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
