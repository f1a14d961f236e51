namespace DenseCL.Transfer.Segmentation;

/// <summary>How much a pixel of each class counts in the loss.</summary>
public enum ClassWeights
{
    /// <summary>All pixels count alike.</summary>
    None,

    /// <summary>
    /// Rare classes count more: the median of the classes' frequencies divided by the frequency of the class. The frequency is the share of
    /// a class among the pixels of the images in which it occurs (median frequency balancing, Eigen and Fergus, ICCV 2015).
    /// </summary>
    Balanced,
}
