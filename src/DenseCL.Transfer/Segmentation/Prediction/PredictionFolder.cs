using DenseCL.Data;
using DenseCL.Data.Scenes;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Transfer.Segmentation.Prediction;

/// <summary>
/// A folder of predictions: drawn/NAME.png has the classes' colours over the image, masks/NAME.png the numbers of the classes.
/// </summary>
internal static class PredictionFolder
{
    /// <summary>Makes the folder; if the work fails or is stopped, nothing is left.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="work">Predicts, and passes on each image with its prediction.</param>
    /// <exception cref="IOException">The folder is not empty, is being written by another run, or the disk fails.</exception>
    /// <exception cref="DataException">The name of an image leads out of the folder.</exception>
    public static T Write<T>(string folder, Func<Action<SegmentationImage, RgbImage, Mask>, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        T? result = default;
        NewFolder.Write(folder, partial => result = work((labelled, image, mask) =>
        {
            ScenePng.WriteGrey(Place(partial, "masks", labelled.Name), mask.Values, mask.Width, mask.Height);
            byte[] shown = RgbImage.Shown(image.Pixels, image.Channels);
            SegmentationColours.Draw(shown, mask.Values);
            ScenePng.WriteRgb(Place(partial, "drawn", labelled.Name), shown, image.Width, image.Height);
        }));
        return result!;
    }

    private static string Place(string folder, string part, string name)
    {
        string root = Path.GetFullPath(Path.Combine(folder, part)) + Path.DirectorySeparatorChar,
            path = Path.GetFullPath(Path.Combine(root, name + ".png"));
        if (!path.StartsWith(root, StringComparison.Ordinal))
        {
            throw new DataException($"The image '{name}' has a name that leads out of the folder of predictions: rename it.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
