using DenseCL.Transfer.Features;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Reports.Pictures;

/// <summary>
/// The three principal components of feature vectors as red, green and blue. They are fitted on several images together and their signs are
/// fixed: the same colour means the same feature in all pictures.
/// </summary>
internal sealed class FeatureColours
{
    private const double Reach = 2;     // standard deviations from the middle to the ends of a colour

    private readonly double[] mean;
    private readonly double[,] components;
    private readonly double[] deviations;

    private FeatureColours((double[] Mean, double[,] Components, double[] Deviations) fit) =>
        (mean, components, deviations) = fit;

    /// <summary>Fits the components.</summary>
    /// <param name="images">At least one, of at least three channels.</param>
    public static FeatureColours Fit(IEnumerable<ImageFeatures> images)
    {
        PrincipalComponents? sums = null;
        foreach (ImageFeatures image in images)
        {
            sums ??= new PrincipalComponents(image.Channels);
            sums.Add(image.Values);
        }

        return new FeatureColours((sums ?? throw new ArgumentException("There is no image.", nameof(images))).Fit(3));
    }

    /// <summary>The colours of a map.</summary>
    /// <returns>(Height, Width, 3), red green blue.</returns>
    public byte[] Of(ImageFeatures image)
    {
        byte[] colours = new byte[image.Height * image.Width * 3];
        for (int position = 0; position < image.Height * image.Width; position++)
        {
            ReadOnlySpan<float> vector = image.Values.AsSpan(position * image.Channels, image.Channels);
            for (int k = 0; k < 3; k++)
            {
                double along = 0;
                for (int c = 0; c < vector.Length; c++)
                {
                    along += components[k, c] * (vector[c] - mean[c]);
                }

                double share = deviations[k] > 0 ? along / deviations[k] / Reach : 0;
                colours[(position * 3) + k] = (byte)Math.Round(Math.Clamp((share + 1) / 2, 0, 1) * 255);
            }
        }

        return colours;
    }
}
