using DenseCL.Platform;
namespace DenseCL.Data.Scenes;

/// <summary>
/// A colour, nominally 0 … 1 per channel. It has its own arithmetic: the vector types may fuse multiply and add, and the bytes would then
/// differ by processor.
/// </summary>
internal readonly record struct Rgb(double R, double G, double B)
{
    public double Luma => (0.3 * R) + (0.59 * G) + (0.11 * B);

    public static Rgb operator *(Rgb c, double k) => new(c.R * k, c.G * k, c.B * k);

    public static Rgb operator *(Rgb a, Rgb b) => new(a.R * b.R, a.G * b.G, a.B * b.B);

    public static Rgb operator +(Rgb a, Rgb b) => new(a.R + b.R, a.G + b.G, a.B + b.B);

    public static Rgb Mix(Rgb a, Rgb b, double t) => (a * (1 - t)) + (b * t);

    /// <summary>A colour of random hue.</summary>
    public static Rgb Draw(ref CounterRandom random, double minSaturation, double maxSaturation, double minValue, double maxValue)
    {
        double hue = random.NextDouble(0, 6);
        double saturation = random.NextDouble(minSaturation, maxSaturation);
        double value = random.NextDouble(minValue, maxValue);
        return new(Channel(hue, 0), Channel(hue, 4), Channel(hue, 2));

        double Channel(double h, double shift)
        {
            double position = h + shift;
            position -= 6 * Math.Floor(position / 6);
            double distance = Math.Abs(position - 3) - 1;
            return value * (1 - (saturation * (1 - Math.Clamp(distance, 0, 1))));
        }
    }
}
