using DenseCL.Transfer.Features;

namespace DenseCL.Reports.Pictures;

/// <summary>
/// The first three principal components of feature vectors as red, green and blue: the same colour means the same feature in all pictures.
/// </summary>
/// <param name="components">At least three, fitted on all the images.</param>
internal sealed class FeatureColours(FeatureComponents components)
{
    private const double Reach = 2;     // standard deviations from the middle to the ends of a colour

    /// <summary>Fits the components.</summary>
    /// <param name="images">At least one, of at least three channels.</param>
    public static FeatureColours Fit(IEnumerable<ImageFeatures> images) => new(FeatureComponents.Fit(images, 3));

    /// <summary>The colours of a map.</summary>
    /// <returns>(Height, Width, 3), red green blue.</returns>
    public byte[] Of(ImageFeatures image)
    {
        byte[] colours = new byte[image.Height * image.Width * 3];
        double[] along = new double[components.Count];
        for (int position = 0; position < image.Height * image.Width; position++)
        {
            components.Project(image.Values.AsSpan(position * image.Channels, image.Channels), along);
            for (int k = 0; k < 3; k++)
            {
                double share = components.Deviations[k] > 0 ? along[k] / components.Deviations[k] / Reach : 0;
                colours[(position * 3) + k] = (byte)Math.Round(Math.Clamp((share + 1) / 2, 0, 1) * 255);
            }
        }

        return colours;
    }
}
