namespace DenseCL.Transfer.Labelled;

/// <summary>An image and the mask with the class of each of its pixels.</summary>
/// <param name="Name">The common name of both in their data set, for messages and drawings.</param>
/// <param name="ImagePath">The image's file.</param>
/// <param name="MaskPath">The mask's file, a PNG.</param>
public sealed record SegmentationImage(string Name, string ImagePath, string MaskPath);
