namespace DenseCL.Transfer.Segmentation;

/// <summary>How a test image is passed to the network.</summary>
public enum TestMode
{
    /// <summary>As a whole.</summary>
    Whole,

    /// <summary>In overlapping windows of the size of a crop, the logits averaged where they overlap.</summary>
    Slide,
}
