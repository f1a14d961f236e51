using DenseCL.Weights.Tensors;
namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>A name of Python that is known here. It is never looked up, and calling it makes a record.</summary>
/// <param name="Name">Module and name.</param>
/// <param name="Call">What is made of arguments; null if it is only a mark.</param>
/// <param name="Element">The type it stands for, as a type or the class of a storage, or null.</param>
internal sealed record PickleGlobal(string Name, Func<IReadOnlyList<object?>, object?>? Call, ElementType? Element);
