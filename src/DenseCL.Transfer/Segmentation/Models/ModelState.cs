namespace DenseCL.Transfer.Segmentation.Models;

/// <summary>Which state of a fine-tuned model is used.</summary>
public enum ModelState
{
    /// <summary>The one with the highest mIoU on the validation images; the last one if there were none.</summary>
    Best,

    /// <summary>The one after the last step.</summary>
    Last,
}
