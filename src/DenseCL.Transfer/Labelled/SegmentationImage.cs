namespace DenseCL.Transfer.Labelled;

/// <summary>An image and the mask that says of which class each of its pixels is.</summary>
/// <param name="Name">What both are called in their data set, for messages and drawings.</param>
/// <param name="ImagePath">The image's file.</param>
/// <param name="MaskPath">The mask's file, a PNG.</param>
public sealed record SegmentationImage(string Name, string ImagePath, string MaskPath);
