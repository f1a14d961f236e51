using DenseCL.Recipes.Settings;
namespace DenseCL.Transfer.Labelled;

/// <summary>The layout of images and masks in a folder.</summary>
public enum SegmentationLayout
{
    /// <summary>Detected from the content of the folder.</summary>
    Auto,

    /// <summary>PASCAL VOC 2012: JPEGImages, SegmentationClass or SegmentationClassAug, and lists in ImageSets/Segmentation.</summary>
    Voc,

    /// <summary>Cityscapes: leftImg8bit/SPLIT/CITY and gtFine/SPLIT/CITY, masks of label or training ids.</summary>
    Cityscapes,

    /// <summary>COCO-Stuff: images/train2017 and annotations/train2017, masks of category id − 1.</summary>
    [Word("cocostuff", Older = "coco-stuff")]
    CocoStuff,

    /// <summary>CamVid with 11 classes: images/SPLIT and labels/SPLIT, or SegNet's SPLIT and SPLITannot; 11 is void.</summary>
    [Word("camvid", Older = "cam-vid")]
    CamVid,

    /// <summary>
    /// Any images/ and masks/ (or labels/, annotations/), with or without train, val and test; classes.txt names the classes.
    /// </summary>
    Folders,
}
