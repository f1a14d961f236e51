namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>A number of numpy's, such as an accuracy beside the weights.</summary>
/// <param name="Array">The number as an array without sides.</param>
internal sealed record ArrayScalar(ArrayRecord Array);
