namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>An image that was predicted.</summary>
/// <param name="Name">The name of its files, without an ending.</param>
/// <param name="Path">The image's file.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Pixels">(K): how many pixels each class has.</param>
public sealed record PredictedImage(string Name, string Path, int Width, int Height, IReadOnlyList<long> Pixels);
