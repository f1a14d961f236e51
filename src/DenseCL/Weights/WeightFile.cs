using DenseCL.Weights.Formats;
using DenseCL.Weights.Tensors;
using static TorchSharp.torch;

namespace DenseCL.Weights;

/// <summary>
/// An open file of named tensors, in any <see cref="WeightFormat"/>. It is checked when it is opened; a tensor is read when it is
/// requested.
/// </summary>
public abstract class WeightFile : IDisposable
{
    private const int Window = 1 << 24;

    private readonly Dictionary<string, WeightEntry> entries;
    private readonly IReadOnlyDictionary<string, string> unreadable;

    /// <param name="path">The file, for messages.</param>
    /// <param name="format">Its format.</param>
    /// <param name="entries">Its tensors, in the file's order, no name twice.</param>
    /// <param name="metadata">The file's own metadata.</param>
    /// <param name="unreadable">Tensors that cannot be read, and why: half a sentence that follows the name.</param>
    private protected WeightFile(
        string path,
        WeightFormat format,
        IEnumerable<WeightEntry> entries,
        IReadOnlyDictionary<string, string> metadata,
        IReadOnlyDictionary<string, string>? unreadable = null)
    {
        (Path, Format, Metadata) = (path, format, metadata);
        this.unreadable = unreadable ?? new Dictionary<string, string>(StringComparer.Ordinal);
        this.entries = entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
        Keys = [.. this.entries.Keys];
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its format.</summary>
    public WeightFormat Format { get; }

    /// <summary>The names of the tensors, in the file's order.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The file's own metadata, empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The description of a tensor.</summary>
    /// <param name="key">Its name.</param>
    /// <exception cref="WeightFileException">The file has no such tensor.</exception>
    public WeightEntry this[string key] => entries.TryGetValue(key, out WeightEntry? entry)
        ? entry
        : throw new WeightFileException(unreadable.TryGetValue(key, out string? why)
            ? $"{Path}: {WeightNames.Quote(key)} {why}."
            : $"{Path}: has no tensor '{key}'; it has {Keys.Count}, such as {string.Join(", ", Keys.Take(3).Select(WeightNames.Quote))}.");

    /// <summary>Opens a file of any supported format, which is detected by its first bytes, not by its name.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="WeightFileException">The file is missing, cannot be opened, is damaged, or contains no weights that can be
    /// read.</exception>
    public static WeightFile Open(string path) => WeightFileFormats.Open(path);

    /// <summary>Whether the file has a tensor.</summary>
    /// <param name="key">Its name.</param>
    public bool Contains(string key) => entries.ContainsKey(key);

    /// <summary>Reads a tensor into memory of its own, on the CPU.</summary>
    /// <param name="key">Its name.</param>
    /// <returns>A contiguous tensor with the entry's shape and type; the caller (or the current dispose scope) owns it.</returns>
    /// <exception cref="WeightFileException">
    /// The file has no such tensor, TorchSharp has no such element type (U16, U32, U64), a Boolean is neither 0 nor 1, or the file became
    /// shorter since it was opened.
    /// </exception>
    public abstract Tensor Tensor(string key);

    /// <summary>Reads all of the file and compares its checksums: this library's own, or those of a zip of PyTorch. A file without any passes.</summary>
    /// <exception cref="WeightFileException">The file is damaged.</exception>
    public virtual void Verify()
    {
    }

    /// <summary>Closes the file; tensors read from it stay.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    /// <param name="disposing">True: not from a finaliser.</param>
    protected abstract void Dispose(bool disposing);

    /// <summary>Reads bytes of a tensor.</summary>
    /// <param name="destination">Is filled.</param>
    /// <param name="position">Where to begin, counted from the tensor's first byte.</param>
    private protected delegate void ReadBytes(Span<byte> destination, long position);

    /// <summary>Makes a tensor from row-major, little-endian numbers.</summary>
    /// <param name="entry">Its type and shape.</param>
    /// <param name="read">Supplies its bytes.</param>
    private protected Tensor Fill(WeightEntry entry, ReadBytes read)
    {
        ScalarType type =
            WeightTypes.ToTorch(entry.Type)
            ?? throw new WeightFileException(
                $"{Path}: {WeightNames.Quote(entry.Name)} is of type {WeightTypes.Name(entry.Type)}, of which TorchSharp has no tensors: "
                + "store it as I32 or I64."
            );
        Tensor tensor = empty(entry.Shape.ToArray(), type, device: CPU);
        try
        {
            using var scope = NewDisposeScope();
            Tensor flat = tensor.view(-1);
            int size = WeightTypes.Size(entry.Type);
            for (long start = 0; start < flat.numel(); start += Window)
            {
                // A span is limited to 2 GB: large tensors are read through windows on their memory.
                using Tensor window = flat.narrow(0, start, Math.Min(Window, flat.numel() - start));
                Span<byte> bytes = window.bytes;
                read(bytes, start * size);
                if (entry.Type == WeightType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
                {
                    throw new WeightFileException(
                        $"{Path}: {WeightNames.Quote(entry.Name)} holds a truth value that is neither 0 nor 1: "
                        + "the file is damaged, copy or export it again."
                    );
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
}
