using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Transfer.Features;

namespace DenseCL.Reports.FeatureFiles;

/// <summary>The features that are to be written, and what was written of them.</summary>
/// <param name="weights">The name of the weights.</param>
/// <param name="names">The images, in order; some may turn out to be unusable.</param>
/// <param name="areMaps">Whether they are maps, not one vector for each image.</param>
/// <param name="compute">Computes them from the first to the last.</param>
/// <param name="skipped">The images that could not be used.</param>
internal sealed class FeatureSet(
    string weights, IReadOnlyList<string> names, bool areMaps, Func<string, IEnumerable<SeenImage>> compute, SkippedImages skipped)
{
    public string Weights => weights;

    public IReadOnlyList<string> Names => names;

    public bool AreMaps => areMaps;

    public SkippedImages Skipped => skipped;

    /// <summary>Images done in the last pass.</summary>
    public long Images { get; private set; }

    /// <summary>Vectors done in the last pass.</summary>
    public long Vectors { get; private set; }

    /// <summary>The length of each vector; 0 before the first.</summary>
    public int Channels { get; private set; }

    /// <summary>Computes them; may be called several times.</summary>
    /// <param name="part">What for, in a word: the name of the pass in the progress.</param>
    /// <exception cref="DataException">None of the images can be used.</exception>
    public IEnumerable<SeenImage> Compute(string part)
    {
        (Images, Vectors) = (0, 0);
        foreach (SeenImage image in compute(part))
        {
            Images++;
            Vectors += (long)image.Features.Height * image.Features.Width;
            Channels = image.Features.Channels;
            yield return image;
        }

        if (Images == 0)
        {
            throw new DataException(
                FormattableString.Invariant($"None of the {names.Count:N0} images can be used: {skipped.FirstReasons}."));
        }
    }
}
