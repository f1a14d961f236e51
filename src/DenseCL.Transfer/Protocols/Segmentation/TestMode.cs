namespace DenseCL.Transfer.Protocols.Segmentation;

/// <summary>How an image to measure on is given to the network.</summary>
public enum TestMode
{
    /// <summary>At once.</summary>
    Whole,

    /// <summary>In overlapping windows of the size of a crop, the logits averaged where they overlap.</summary>
    Slide,
}
