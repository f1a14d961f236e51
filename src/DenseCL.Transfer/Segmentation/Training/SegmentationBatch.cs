namespace DenseCL.Transfer.Segmentation.Training;

/// <summary>N crops and their masks.</summary>
/// <param name="Pixels">(N, CropHeight, CropWidth, channels): red green blue or others, 8 bits.</param>
/// <param name="Labels">(N, CropHeight, CropWidth): classes, or 255.</param>
internal sealed record SegmentationBatch(byte[] Pixels, byte[] Labels);
