using DenseCL.Weights.Tensors;
namespace DenseCL.Weights.Formats.Pickles;

/// <summary>The tensors and metadata of a pickle, by name.</summary>
/// <param name="Entries">The tensors' descriptions, in the file's order.</param>
/// <param name="Tensors">The tensors.</param>
/// <param name="Unreadable">Tensors of other kinds, and why they cannot be read.</param>
/// <param name="Metadata">Numbers and short texts.</param>
internal sealed record PickledWeights(
    IReadOnlyList<WeightEntry> Entries,
    IReadOnlyDictionary<string, StoredTensor> Tensors,
    IReadOnlyDictionary<string, string> Unreadable,
    IReadOnlyDictionary<string, string> Metadata);
