using System.Runtime.CompilerServices;

namespace DenseCL.Data;

/// <summary>How two views of an image are made different. The values as they come are the paper's (those of MoCo v2).</summary>
public sealed record AugmentationOptions
{
    /// <summary>Side of a view in pixels, 1 to 4096.</summary>
    /// <remarks>The final map of a ResNet has a 32nd of it: 224 px give 7 × 7 positions to match. Time grows with the square.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public int Size
    {
        get;
        init => field = value is >= 1 and <= 4096 ? value : throw OutOfRange(value, "1 to 4096 pixels; choose a multiple of 32, such as 224");
    } = 224;

    /// <summary>Share of the image's area that a crop covers, from least to most, above 0 and up to 1.</summary>
    /// <remarks>A lower least value asks for more invariance to scale, and leaves fewer positions that both views show.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or out of bounds.</exception>
    public (double Least, double Most) CropScale
    {
        get;
        init => field = value is { Least: > 0, Most: <= 1 } && value.Least <= value.Most
            ? value : throw OutOfRange(value, "two shares of the area, above 0 and up to 1, the lesser first, such as (0.2, 1)");
    } = (0.2, 1.0);

    /// <summary>Width divided by height of a crop, from least to most, 0.01 to 100; uniform in its logarithm.</summary>
    /// <remarks>The crop is resized to a square, so this is how much content is squeezed or stretched.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or out of bounds.</exception>
    public (double Least, double Most) CropAspect
    {
        get;
        init => field = value is { Least: >= 0.01, Most: <= 100 } && value.Least <= value.Most
            ? value : throw OutOfRange(value, "two ratios of 0.01 to 100, the lesser first, such as (0.75, 1.3333)");
    } = (3.0 / 4.0, 4.0 / 3.0);

    /// <summary>Most change of brightness, 0 to 1: the factor is uniform in 1 ± this.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double Brightness { get; init => field = Share(value); } = 0.4;

    /// <summary>Most change of contrast, 0 to 1: the factor is uniform in 1 ± this.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double Contrast { get; init => field = Share(value); } = 0.4;

    /// <summary>Most change of saturation, 0 to 1: the factor is uniform in 1 ± this.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double Saturation { get; init => field = Share(value); } = 0.4;

    /// <summary>Most turn of the hue as a share of the circle, 0 to 0.5, either way.</summary>
    /// <remarks>Choose 0 where colour tells what a thing is, as in stained tissue.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double Hue
    {
        get;
        init => field = value is >= 0 and <= 0.5 ? value : throw OutOfRange(value, "0 to 0.5 of the circle; 0 leaves the hue alone");
    } = 0.1;

    /// <summary>Probability, 0 to 1, that brightness, contrast, saturation and hue are changed (all four or none).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double JitterProbability { get; init => field = Share(value); } = 0.8;

    /// <summary>Probability, 0 to 1, that a view becomes grey.</summary>
    /// <remarks>Keeps the network from telling images apart by their histogram of colours.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double GreyscaleProbability { get; init => field = Share(value); } = 0.2;

    /// <summary>Probability, 0 to 1, that a view is blurred.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double BlurProbability { get; init => field = Share(value); } = 0.5;

    /// <summary>Standard deviation of the blur in pixels of the view, from least to most, above 0 and up to 100.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or out of bounds.</exception>
    public (double Least, double Most) BlurSigma
    {
        get;
        init => field = value is { Least: > 0, Most: <= 100 } && value.Least <= value.Most
            ? value : throw OutOfRange(value, "two standard deviations, above 0 and up to 100 pixels, the lesser first, such as (0.1, 2)");
    } = (0.1, 2.0);

    /// <summary>Probability, 0 to 1, that a view is mirrored left to right.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double FlipProbability { get; init => field = Share(value); } = 0.5;

    private static double Share(double value, [CallerMemberName] string name = "") =>
        value is >= 0 and <= 1 ? value : throw OutOfRange(value, "0 to 1", name);

    private static ArgumentOutOfRangeException OutOfRange(object value, string range, [CallerMemberName] string name = "") =>
        new(name, value, $"{name} is {range}.");
}
