using System.Numerics.Tensors;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Reports.Pictures;

/// <summary>
/// The principal components of feature vectors with the largest variances. They are fitted on several images together and their signs are
/// fixed: a coordinate means the same in all of them.
/// </summary>
internal sealed class FeatureComponents
{
    private readonly double[] mean;
    private readonly double[][] components;

    private FeatureComponents((double[] Mean, double[,] Components, double[] Deviations) fit)
    {
        (mean, Deviations) = (fit.Mean, fit.Deviations);
        components =
        [
            .. Enumerable.Range(0, fit.Deviations.Length)
                .Select(k => Enumerable.Range(0, mean.Length).Select(c => fit.Components[k, c]).ToArray()),
        ];
    }

    /// <summary>How many there are.</summary>
    public int Count => components.Length;

    /// <summary>The standard deviation along each.</summary>
    public IReadOnlyList<double> Deviations { get; }

    /// <summary>Fits the components.</summary>
    /// <param name="images">At least one.</param>
    /// <param name="most">The largest number of components, if the vectors are not shorter.</param>
    public static FeatureComponents Fit(IEnumerable<ImageFeatures> images, int most)
    {
        PrincipalComponents? sums = null;
        int channels = 0;
        foreach (ImageFeatures image in images)
        {
            sums ??= new PrincipalComponents(channels = image.Channels);
            sums.Add(image.Values);
        }

        return new FeatureComponents(
            (sums ?? throw new ArgumentException("There is no image.", nameof(images))).Fit(Math.Min(most, channels)));
    }

    /// <summary>The coordinates of a vector, from the mean.</summary>
    /// <param name="vector">(C)</param>
    /// <param name="coordinates">(<see cref="Count"/>)</param>
    public void Project(ReadOnlySpan<float> vector, Span<double> coordinates)
    {
        Span<double> centred = vector.Length <= 4096 ? stackalloc double[vector.Length] : new double[vector.Length];
        for (int c = 0; c < vector.Length; c++)
        {
            centred[c] = vector[c] - mean[c];
        }

        for (int k = 0; k < Count; k++)
        {
            coordinates[k] = TensorPrimitives.Dot(centred, components[k]);
        }
    }
}
