namespace DenseCL.Data.Scenes;

/// <summary>The general settings of a rendered scene: its size, and how many objects of which size lie in it.</summary>
public sealed record SceneOptions
{
    /// <summary>Width in pixels, 32 … 4096. Default 192.</summary>
    /// <remarks>Textures and objects grow with the shorter side, so a larger scene shows the same things with more detail.</remarks>
    public int Width { get; init => field = Side(value, nameof(Width)); } = 192;

    /// <summary>Height in pixels, 32 … 4096. Default 192.</summary>
    public int Height { get; init => field = Side(value, nameof(Height)); } = 192;

    /// <summary>The fewest objects of a scene, 1 … 32 and at most <see cref="MaxObjects"/>. Default 3.</summary>
    public int MinObjects { get; init => field = Count(value, nameof(MinObjects)); } = 3;

    /// <summary>The most objects of a scene, 1 … 32. Default 8.</summary>
    /// <remarks>A crowded scene can have fewer: an object that would hide another almost completely is not placed.</remarks>
    public int MaxObjects { get; init => field = Count(value, nameof(MaxObjects)); } = 8;

    /// <summary>The smallest diameter of an object as a share of the shorter side, 0.05 … 1. Default 0.15.</summary>
    /// <remarks>Below about 25 pixels an object's texture is no longer resolved, and its class cannot be recognised.</remarks>
    public double MinDiameter { get; init => field = Share(value, nameof(MinDiameter)); } = 0.15;

    /// <summary>The largest diameter of an object as a share of the shorter side, 0.05 … 1. Default 0.6.</summary>
    public double MaxDiameter { get; init => field = Share(value, nameof(MaxDiameter)); } = 0.6;

    /// <summary>Checks that the ranges are not reversed, which no single setting can check.</summary>
    /// <exception cref="ArgumentException">A minimum exceeds its maximum.</exception>
    internal void ThrowIfReversed(string parameter)
    {
        if (MinObjects > MaxObjects)
        {
            throw new ArgumentException(
                $"{nameof(MinObjects)} is {MinObjects} and {nameof(MaxObjects)} {MaxObjects}: "
                + "choose a minimum that does not exceed the maximum.",
                parameter);
        }

        if (MinDiameter > MaxDiameter)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{nameof(MinDiameter)} is {MinDiameter} and {nameof(MaxDiameter)} {MaxDiameter}: ")
                + "choose a minimum that does not exceed the maximum.",
                parameter);
        }
    }

    private static int Side(int value, string name) => value is >= 32 and <= 4096
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 32 … 4096 pixels; 192 suits training on a CPU.");

    private static int Count(int value, string name) => value is >= 1 and <= 32
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 … 32; the default is 3 to 8 objects.");

    private static double Share(double value, string name) => value is >= 0.05 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 0.05 … 1 of the shorter side; the default is 0.15 to 0.6.");
}
