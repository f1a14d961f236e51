using DenseCL.Weights.Formats.Pickles;
using DenseCL.Weights.Formats.Pickles.Objects;
using DenseCL.Weights.Tensors;
using static TorchSharp.torch;

namespace DenseCL.Weights.Formats.Detectron2;

/// <summary>
/// An open pickle of numpy arrays, as in Detectron2's model zoo, read without Python and without executing anything in it. Arrays are named
/// by the keys that lead to them, joined with dots, such as <c>model.stem.conv1.weight</c>. Numbers and short texts are metadata.
/// </summary>
/// <remarks>Arrays may be read from several threads.</remarks>
internal sealed class Detectron2File : WeightFile
{
    private const string Kind = "a pickle of numpy arrays";

    private readonly WeightBytes bytes;
    private readonly PickledWeights weights;

    private Detectron2File(WeightBytes bytes, PickledWeights weights)
        : base(bytes.Path, WeightFormat.Detectron2, weights.Entries, weights.Metadata, weights.Unreadable)
    {
        (this.bytes, this.weights) = (bytes, weights);
    }

    /// <summary>
    /// Checks everything except the numbers of the arrays. From then on this object owns the bytes; if the method throws, the caller still
    /// does.
    /// </summary>
    /// <exception cref="WeightFileException">The file is damaged, or refers to something other than arrays and containers.</exception>
    internal static Detectron2File Open(WeightBytes bytes)
    {
        try
        {
            return new Detectron2File(bytes, Distrust.Read(bytes, Kind, () => Parse(bytes)));
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
    protected override void Dispose(bool disposing) => bytes.Dispose();

    private static PickledWeights Parse(WeightBytes bytes)
    {
        long position = 0;
        object? root = PickleMachine.Load(new FileRange(bytes, 0, bytes.Length), ref position, new PickleBudget(), persistent: null);
        if (root is not (PickleDictionary or PickleList or PickleTuple or ArrayRecord))
        {
            throw new NotSupportedException(
                "its pickle holds no dictionary of arrays: name a file of weights, or save them with torch.save");
        }

        return PickleTree.Flatten(root, (_, _) => throw new FormatException("a tensor of PyTorch is in it, without its storage"));
    }
}
