using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace DenseCL.Weights;

/// <summary>An open safetensors file. The header was checked when it was opened; tensors are read when they are asked for.</summary>
/// <remarks>The format: https://github.com/huggingface/safetensors#format. Reading from several threads is allowed.</remarks>
public sealed class SafetensorsFile : IDisposable
{
    private const int Chunk = 1 << 24;

    private readonly string path;
    private readonly SafeFileHandle handle;
    private readonly long dataStart;
    private readonly Dictionary<string, WeightEntry> entries;

    internal SafetensorsFile(string path, bool verify)
    {
        this.path = path;
        handle = File.OpenHandle(path);
        try
        {
            long fileLength = RandomAccess.GetLength(handle);
            byte[] header = ReadHeader(fileLength);
            dataStart = 8 + header.Length;
            (List<WeightEntry> list, Metadata) = SafetensorsHeader.Parse(header, fileLength - dataStart);
            entries = list.ToDictionary(e => e.Name, StringComparer.Ordinal);
            Keys = [.. list.Select(e => e.Name)];
            if (verify)
            {
                Verify(fileLength);
            }
        }
        catch (FormatException e)
        {
            handle.Dispose();
            throw new WeightFileException($"{path}: {e.Message}. The file is damaged or not safetensors: copy or export it again.", e);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The names of the tensors, in the order of their bytes.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The file's own notes, empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The description of a tensor.</summary>
    /// <param name="key">Its name.</param>
    /// <exception cref="WeightFileException">The file has no such tensor.</exception>
    public WeightEntry this[string key] => entries.TryGetValue(key, out WeightEntry? entry)
        ? entry
        : throw new WeightFileException(
            $"{path}: has no tensor '{key}'; it has {Keys.Count}, such as {string.Join(", ", Keys.Take(3).Select(SafetensorsHeader.Quote))}.");

    /// <summary>Whether the file has a tensor.</summary>
    /// <param name="key">Its name.</param>
    public bool Contains(string key) => entries.ContainsKey(key);

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

        ReadExactly(destination, dataStart + entry.Offset);
    }

    /// <summary>Reads a tensor into memory of its own, on the CPU.</summary>
    /// <param name="key">Its name.</param>
    /// <returns>A contiguous tensor of the entry's shape and type, which the caller (or the current dispose scope) owns.</returns>
    /// <exception cref="WeightFileException">
    /// The file has no such tensor, TorchSharp has no such element type (U16, U32, U64: use <see cref="ReadInto"/>), a truth
    /// value is neither 0 nor 1, or the file became shorter since it was opened.
    /// </exception>
    public Tensor Tensor(string key)
    {
        WeightEntry entry = this[key];
        ScalarType type = WeightTypes.ToTorch(entry.Type) ?? throw new WeightFileException(
            $"{path}: '{key}' is of type {WeightTypes.Name(entry.Type)}, of which TorchSharp has no tensors: read its bytes instead, or store it as I32 or I64.");
        Tensor tensor = empty(entry.Shape.ToArray(), type, device: CPU);
        try
        {
            using var scope = NewDisposeScope();
            Tensor flat = tensor.view(-1);
            int size = WeightTypes.Size(entry.Type);
            for (long start = 0; start < flat.numel(); start += Chunk)
            {
                // A span holds less than 2 GB: large tensors go through windows on their memory.
                using Tensor window = flat.narrow(0, start, Math.Min(Chunk, flat.numel() - start));
                Span<byte> bytes = window.bytes;
                ReadExactly(bytes, dataStart + entry.Offset + (start * size));
                if (entry.Type == WeightType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
                {
                    throw new WeightFileException($"{path}: '{key}' holds a truth value that is neither 0 nor 1: the file is damaged, copy or export it again.");
                }
            }

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file; tensors read from it stay.</summary>
    public void Dispose() => handle.Dispose();

    private byte[] ReadHeader(long fileLength)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (fileLength < prefix.Length)
        {
            throw new FormatException($"it has {fileLength} bytes, fewer than the 8 of the header's length");
        }

        ReadExactly(prefix, 0);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.MaxLength || (long)length > fileLength - 8)
        {
            throw new FormatException($"the header's length is given as {length}, in a file of {fileLength} bytes (limit {SafetensorsHeader.MaxLength})");
        }

        byte[] header = new byte[(int)length];
        ReadExactly(header, 8);
        return header;
    }

    private void Verify(long fileLength)
    {
        if (!Metadata.TryGetValue(Safetensors.ChecksumKey, out string? expected))
        {
            throw new WeightFileException($"{path}: has no checksum (metadata '{Safetensors.ChecksumKey}'), as files of other programs: open it without verification.");
        }

        XxHash128 hash = new();
        byte[] buffer = new byte[(int)Math.Min(1 << 20, fileLength - dataStart)];
        for (long position = dataStart; position < fileLength; position += buffer.Length)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, fileLength - position));
            ReadExactly(part, position);
            hash.Append(part);
        }

        string found = Convert.ToHexStringLower(hash.GetCurrentHash());
        if (!string.Equals(found, expected, StringComparison.Ordinal))
        {
            throw new WeightFileException(
                $"{path}: the checksum of its data is {found}, but {SafetensorsHeader.Quote(expected)} was written: the file is damaged, copy or export it again.");
        }
    }

    private void ReadExactly(Span<byte> destination, long position)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(handle, destination, position);
            if (read == 0)
            {
                throw new WeightFileException($"{path}: ends at byte {position}: it became shorter while it was read. Copy it again.");
            }

            destination = destination[read..];
            position += read;
        }
    }
}
