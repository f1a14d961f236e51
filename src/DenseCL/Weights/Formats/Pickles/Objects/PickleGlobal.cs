using DenseCL.Weights.Tensors;
namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>A known Python name. It is never looked up, and calling it only makes a record.</summary>
/// <param name="Name">Module and name.</param>
/// <param name="Call">Makes a record from the arguments; null if the name cannot be called.</param>
/// <param name="Element">The element type that it stands for, as a type or as the class of a storage; or null.</param>
internal sealed record PickleGlobal(string Name, Func<IReadOnlyList<object?>, object?>? Call, ElementType? Element);
