namespace DenseCL.Transfer.Features;

/// <summary>How far the features of a set of images are.</summary>
/// <param name="Part">Which set: <c>train</c> or <c>test</c>.</param>
/// <param name="Done">Images done.</param>
/// <param name="Total">Images in all.</param>
public readonly record struct FeatureProgress(string Part, int Done, int Total);
