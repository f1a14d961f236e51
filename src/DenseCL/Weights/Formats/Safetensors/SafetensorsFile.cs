using System.Buffers.Binary;
using System.IO.Hashing;
using DenseCL.Weights.Tensors;
using static TorchSharp.torch;

namespace DenseCL.Weights.Formats.Safetensors;

/// <summary>An open safetensors file.</summary>
/// <remarks>The format: https://github.com/huggingface/safetensors#format. Reading from several threads is allowed.</remarks>
internal sealed class SafetensorsFile : WeightFile
{
    /// <summary>The metadata entry with the checksum of the data section: XXH128, 32 lower-case hexadecimal digits.</summary>
    public const string ChecksumKey = "xxh128";

    private readonly WeightBytes bytes;
    private readonly long dataStart;
    private readonly Dictionary<string, long> positions;

    private SafetensorsFile(
        WeightBytes bytes,
        long dataStart,
        List<(WeightEntry Entry, long Offset)> tensors,
        Dictionary<string, string> metadata)
        : base(bytes.Path, WeightFormat.Safetensors, tensors.Select(t => t.Entry), metadata)
    {
        this.bytes = bytes;
        this.dataStart = dataStart;
        positions = tensors.ToDictionary(t => t.Entry.Name, t => dataStart + t.Offset, StringComparer.Ordinal);
    }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verify">Whether to read the whole file at once and compare the checksum that this library writes.</param>
    /// <exception cref="WeightFileException">The file is damaged or is not safetensors, or <paramref name="verify"/> is true and the
    /// checksum is missing or differs.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">There is no permission to read the file.</exception>
    public static SafetensorsFile Open(string path, bool verify = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Open(new WeightBytes(path), verify);
    }

    /// <summary>Checks the header. From then on this object owns the bytes; if the method throws, the caller still does.</summary>
    internal static SafetensorsFile Open(WeightBytes bytes, bool verify)
    {
        try
        {
            byte[] header = ReadHeader(bytes);
            long dataStart = 8 + header.Length;
            (List<(WeightEntry Entry, long Offset)> tensors, Dictionary<string, string> metadata) = SafetensorsHeader.Parse(
                header,
                bytes.Length - dataStart);
            if (verify)
            {
                Verify(bytes, dataStart, metadata.GetValueOrDefault(ChecksumKey));
            }

            return new SafetensorsFile(bytes, dataStart, tensors, metadata);
        }
        catch (FormatException e)
        {
            bytes.Dispose();
            throw new WeightFileException(
                $"{bytes.Path}: {e.Message}. The file is damaged or not safetensors: copy or export it again.",
                e);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Reads the bytes of a tensor, row-major and little-endian.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="destination">Exactly <see cref="WeightEntry.Length"/> bytes.</param>
    /// <exception cref="WeightFileException">The file has no such tensor, or became shorter since it was opened.</exception>
    /// <exception cref="ArgumentException">The destination has another size.</exception>
    public void ReadInto(string key, Span<byte> destination)
    {
        WeightEntry entry = this[key];
        if (destination.Length != entry.Length)
        {
            throw new ArgumentException($"'{key}' has {entry.Length} bytes and the destination {destination.Length}.", nameof(destination));
        }

        bytes.Read(destination, positions[key]);
    }

    /// <inheritdoc/>
    public override Tensor Tensor(string key)
    {
        WeightEntry entry = this[key];
        long start = positions[key];
        return Fill(entry, (destination, position) => bytes.Read(destination, start + position));
    }

    /// <inheritdoc/>
    public override void Verify()
    {
        if (Metadata.TryGetValue(ChecksumKey, out string? expected))
        {
            Verify(bytes, dataStart, expected);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => bytes.Dispose();

    private static byte[] ReadHeader(WeightBytes bytes)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (bytes.Length < prefix.Length)
        {
            throw new FormatException($"it has {bytes.Length} bytes, fewer than the 8 of the header's length");
        }

        bytes.Read(prefix, 0);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.MaxLength || (long)length > bytes.Length - 8)
        {
            throw new FormatException(
                $"the header's length is given as {length}, in a file of {bytes.Length} bytes (limit {SafetensorsHeader.MaxLength})");
        }

        byte[] header = new byte[(int)length];
        bytes.Read(header, 8);
        return header;
    }

    private static void Verify(WeightBytes bytes, long dataStart, string? expected)
    {
        if (expected is null)
        {
            throw new WeightFileException(
                $"{bytes.Path}: has no checksum (metadata '{ChecksumKey}'), as files of other programs: open it without verification.");
        }

        XxHash128 hash = new();
        byte[] buffer = new byte[(int)Math.Min(1 << 20, bytes.Length - dataStart)];
        for (long position = dataStart; position < bytes.Length; position += buffer.Length)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, bytes.Length - position));
            bytes.Read(part, position);
            hash.Append(part);
        }

        string found = Convert.ToHexStringLower(hash.GetCurrentHash());
        if (!string.Equals(found, expected, StringComparison.Ordinal))
        {
            throw new WeightFileException(
                $"{bytes.Path}: the checksum of its data is {found}, but {WeightNames.Quote(expected)} was written: "
                + "the file is damaged, copy or export it again."
            );
        }
    }
}
