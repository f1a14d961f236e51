using DenseCL.Weights.Tensors;
namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>What a pickle says about a PyTorch storage, or about a part of one.</summary>
/// <param name="Key">The storage's name in the file.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="RootCount">Elements of the whole storage.</param>
/// <param name="Offset">The element where the part begins.</param>
/// <param name="Count">Elements of the part.</param>
internal sealed record StorageReference(string Key, ElementType Type, long RootCount, long Offset, long Count);
