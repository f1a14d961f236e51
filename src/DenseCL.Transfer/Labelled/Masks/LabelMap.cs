using System.Globalization;
using DenseCL.Data;
using DenseCL.Images;

namespace DenseCL.Transfer.Labelled.Masks;

/// <summary>The class of each value that the masks of a data set may have.</summary>
internal sealed class LabelMap
{
    /// <summary>The class of a pixel that does not count.</summary>
    public const byte Ignore = 255;

    private const int Unknown = -1;

    private readonly int[] numbers = new int[256];
    private readonly Dictionary<PixelValue, byte> colours = [];

    /// <param name="known">Values and their classes, 0, 1, …, or 255 for those that do not count. 255 does not count if it is not
    /// among them.</param>
    /// <param name="ignored">Further numbers that do not count.</param>
    public LabelMap(IEnumerable<KeyValuePair<PixelValue, byte>> known, IEnumerable<byte> ignored)
    {
        Array.Fill(numbers, Unknown);
        numbers[Ignore] = Ignore;
        foreach ((PixelValue value, byte @class) in known)
        {
            if (value == PixelValue.Of(value.Red))
            {
                numbers[value.Red] = @class;
            }
            else
            {
                colours[value] = @class;
            }
        }

        foreach (byte number in ignored)
        {
            numbers[number] = Ignore;
        }
    }

    /// <summary>Each number is its own class, and 255 does not count.</summary>
    public static LabelMap Numbers { get; } =
        new(Enumerable.Range(0, 255).Select(value => KeyValuePair.Create(PixelValue.Of((byte)value), (byte)value)), []);

    /// <summary>Reads a mask.</summary>
    /// <param name="path">Its file.</param>
    /// <exception cref="DataException">The file is not a mask, or has a value without a class.</exception>
    public Mask Read(string path) => TryRead(path, out Mask mask) is { } why ? throw new DataException(why) : mask;

    /// <summary>Reads a mask.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="mask">The mask, if no message is returned.</param>
    /// <returns>A message that names a value without a class; null if every value has one.</returns>
    /// <exception cref="DataException">The file is not a mask.</exception>
    public string? TryRead(string path, out Mask mask)
    {
        MaskPixels pixels = MaskFile.Read(path, ImageLimits.Default);
        byte[] classes = pixels.Channels == 1 ? pixels.Values : new byte[pixels.Width * pixels.Height];
        mask = new Mask(pixels.Width, pixels.Height, classes);
        PixelValue before = default;
        int @class = numbers[0];
        for (int i = 0; i < classes.Length; i++)
        {
            PixelValue value = pixels[i];
            if (value != before)
            {
                (before, @class) = (value, ClassOf(value));
            }

            if (@class == Unknown)
            {
                return Describe(path, pixels, i);
            }

            classes[i] = (byte)@class;
        }

        return null;
    }

    private int ClassOf(PixelValue value) => value == PixelValue.Of(value.Red) ? numbers[value.Red]
        : colours.TryGetValue(value, out byte @class) ? @class
        : Unknown;

    private string Describe(string path, MaskPixels pixels, int at)
    {
        PixelValue value = pixels[at];
        string place = string.Create(CultureInfo.InvariantCulture, $"at column {at % pixels.Width}, row {at / pixels.Width}");
        if (value != PixelValue.Of(value.Red))
        {
            return $"The mask {path} is a colour picture, and its colour {value} {place} is not a class of this data set.";
        }

        string palette = pixels.IsPalette && colours.Count > 0 ? " (of a palette the indices count, not the colours)" : "";
        return $"The mask {path} has the value {value} {place}, which is not a class of this data set{palette}. "
            + $"Name it as one to ignore (--ignore) if such pixels are not to count, give it a class (--map {value}=1), "
            + $"or correct the mask or classes.txt.";
    }
}
