namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>Receives some rows of a predicted image.</summary>
/// <param name="first">The first of them.</param>
/// <param name="classes">(rows · width): the class of each pixel.</param>
/// <param name="confidence">(rows · width): the probability of that class, 0 … 255; empty if it is not wanted.</param>
internal delegate void PredictedRows(int first, ReadOnlySpan<byte> classes, ReadOnlySpan<byte> confidence);
