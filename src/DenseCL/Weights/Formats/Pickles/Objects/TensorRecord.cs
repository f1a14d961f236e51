using DenseCL.Weights.Tensors;
namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>What a pickle says about a PyTorch tensor; nothing of it is checked yet.</summary>
/// <param name="Storage">The storage with its elements.</param>
/// <param name="Type">Their type.</param>
/// <param name="Offset">The first element, counted from the start of the storage.</param>
/// <param name="Shape">The sides.</param>
/// <param name="Strides">The strides, in elements.</param>
/// <param name="Problem">Why it cannot be read, or null.</param>
internal sealed record TensorRecord(
    StorageReference Storage,
    ElementType Type,
    long Offset,
    PickleTuple Shape,
    PickleTuple Strides,
    string? Problem);
