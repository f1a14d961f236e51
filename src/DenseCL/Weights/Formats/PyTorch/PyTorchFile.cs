using DenseCL.Weights.Formats.Pickles;
using DenseCL.Weights.Tensors;
using static TorchSharp.torch;

namespace DenseCL.Weights.Formats.PyTorch;

/// <summary>
/// An open file of <c>torch.save</c>, read without Python and without executing anything in it. Tensors in dictionaries and lists are named
/// by the keys that lead to them, joined with dots; a tensor that is alone in the file is called <c>tensor</c>. Numbers and short texts are
/// metadata.
/// </summary>
/// <remarks>Tensors may be read from several threads.</remarks>
internal sealed class PyTorchFile : WeightFile
{
    private const string Kind = "of torch.save";

    private readonly WeightBytes bytes;
    private readonly PickledWeights weights;
    private readonly ZipDirectory? zip;

    private PyTorchFile(WeightBytes bytes, PickledWeights weights, ZipDirectory? zip)
        : base(bytes.Path, WeightFormat.PyTorch, weights.Entries, weights.Metadata, weights.Unreadable)
    {
        (this.bytes, this.weights, this.zip) = (bytes, weights, zip);
    }

    /// <summary>
    /// Checks everything except the numbers of the tensors. From then on this object owns the bytes; if the method throws, the caller still
    /// does.
    /// </summary>
    /// <exception cref="WeightFileException">The file is damaged, or refers to something other than tensors and containers.</exception>
    internal static PyTorchFile Open(WeightBytes bytes)
    {
        try
        {
            (PickledWeights weights, ZipDirectory? zip) = Distrust.Read(bytes, Kind, () => Parse(bytes));
            return new PyTorchFile(bytes, weights, zip);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override Tensor Tensor(string key)
    {
        WeightEntry entry = this[key];
        return Distrust.Read(bytes, Kind, () => Fill(entry, weights.Tensors[key].Open().Read));
    }

    /// <inheritdoc/>
    /// <remarks>Files before PyTorch 1.6 have no checksums.</remarks>
    public override void Verify() => Distrust.Read(bytes, Kind, () =>
    {
        zip?.Verify();
        return true;
    });

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => bytes.Dispose();

    private static (PickledWeights Weights, ZipDirectory? Zip) Parse(WeightBytes bytes)
    {
        byte[] head = new byte[(int)Math.Min(512, bytes.Length)];
        bytes.Read(head, 0);
        if (TorchMagic.IsZip(head))
        {
            ZipDirectory zip = ZipDirectory.Read(bytes);
            return (TorchZip.Parse(zip), zip);
        }

        if (TorchMagic.IsLegacy(head))
        {
            return (TorchLegacy.Parse(bytes), null);
        }

        throw TorchMagic.IsTar(head)
            ? new NotSupportedException(
                "is a tar archive, as PyTorch 0.1 wrote, or none of PyTorch at all: "
                    + "load it with an old PyTorch and save its state_dict again"
            )
            : new FormatException("it begins neither as a zip nor with PyTorch's magic number");
    }
}
