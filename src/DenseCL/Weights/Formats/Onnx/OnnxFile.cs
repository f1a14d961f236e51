using DenseCL.Weights.Tensors;
using static TorchSharp.torch;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>An open ONNX model; the initialisers of its graph are the tensors.</summary>
/// <remarks>
/// The model may be of any network and any version. Data in other files (external data), sparse tensors, and types without a <see
/// cref="WeightType"/> are refused. Tensors inside nodes (constants, branches, loops) are not read. Tensors may be read from several
/// threads.
/// </remarks>
internal sealed class OnnxFile : WeightFile
{
    private readonly WeightBytes bytes;
    private readonly Dictionary<string, OnnxTensor> tensors;

    private OnnxFile(WeightBytes bytes, OnnxHeader header)
        : base(bytes.Path, WeightFormat.Onnx, header.Tensors.Select(t => t.Entry), header.Metadata)
    {
        this.bytes = bytes;
        tensors = header.Tensors.ToDictionary(t => t.Entry.Name, StringComparer.Ordinal);
    }

    /// <summary>Checks the model. From then on this object owns the bytes; if the method throws, the caller still does.</summary>
    internal static OnnxFile Open(WeightBytes bytes)
    {
        try
        {
            return new OnnxFile(bytes, OnnxHeader.Parse(bytes));
        }
        catch (FormatException e)
        {
            bytes.Dispose();
            throw new WeightFileException(
                $"{bytes.Path}: {e.Message}. The file is damaged, not ONNX, or of a kind that is not read: copy or export it again.",
                e);
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
        OnnxTensor tensor = tensors[key];
        if (tensor.IsRaw)
        {
            return Fill(entry, (destination, position) => bytes.Read(destination, tensor.Start + position));
        }

        Action<Span<byte>> next = tensor.Numbers(bytes);
        try
        {
            return Fill(entry, (destination, _) => next(destination));      // from the first to the last, as requested
        }
        catch (FormatException e)
        {
            throw new WeightFileException(
                $"{Path}: {WeightNames.Quote(key)} changed since the file was opened ({e.Message}): open it again.",
                e);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => bytes.Dispose();
}
