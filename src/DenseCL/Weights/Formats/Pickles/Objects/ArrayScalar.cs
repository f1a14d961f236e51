namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>A numpy scalar, such as an accuracy stored next to the weights.</summary>
/// <param name="Array">The number as an array without dimensions.</param>
internal sealed record ArrayScalar(ArrayRecord Array);
