using System.Runtime.Intrinsics;

namespace DenseCL.Images;

/// <summary>Where red, green and blue lie in the lanes of a vector.</summary>
internal static class RgbLanes
{
    private const byte No = 255;

    /// <summary>From four bytes a pixel, of which the last is left out, to three: 12 bytes a lane.</summary>
    public static Vector128<byte> Dense => Vector128.Create(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, No, No, No, No);
}
