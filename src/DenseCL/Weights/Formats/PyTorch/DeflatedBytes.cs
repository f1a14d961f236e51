using System.IO.Compression;
using DenseCL.Weights.Tensors;

namespace DenseCL.Weights.Formats.PyTorch;

/// <summary>A compressed entry of a zip. PyTorch writes none, but other zip programs do when they repack a file.</summary>
internal sealed class DeflatedBytes(ByteSource packed, long length) : ByteSource
{
    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override void Read(Span<byte> destination, long position) => Unpack().Read(destination, position);

    /// <inheritdoc/>
    public override ByteSource Unpack()
    {
        if (length > MaxMemory || packed.Length > MaxMemory)
        {
            throw new NotSupportedException(
                $"it has a compressed entry of {length} bytes, more than the {MaxMemory} that are unpacked here: "
                + "zip it again without compression (zip -0)"
            );
        }

        // Deflate cannot compress better than 1032 to 1. No memory is allocated for an entry that claims more.
        if (length / 1040 > packed.Length)
        {
            throw new FormatException($"a compressed entry of {packed.Length} bytes claims to hold {length}");
        }

        byte[] bytes = new byte[(int)length];
        using DeflateStream stream = new(new MemoryStream(packed.ToArray(0, packed.Length)), CompressionMode.Decompress);
        try
        {
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) != bytes.Length || stream.ReadByte() >= 0)
            {
                throw new FormatException($"a compressed entry does not hold the {length} bytes it claims");
            }
        }
        catch (InvalidDataException e)
        {
            throw new FormatException("a compressed entry cannot be unpacked", e);
        }

        return new MemoryBytes(bytes);
    }
}
