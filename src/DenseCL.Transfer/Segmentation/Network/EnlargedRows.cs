namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>Some rows of an image whose logits are enlarged, and the rows of the logits that are there.</summary>
/// <param name="Down">The taps of every row of the whole image.</param>
/// <param name="First">The first row of the image.</param>
/// <param name="Count">Rows of the image.</param>
/// <param name="FirstGiven">The first row of the logits that is there.</param>
internal readonly record struct EnlargedRows(Tap[] Down, int First, int Count, int FirstGiven)
{
    /// <summary>All rows of an image.</summary>
    /// <param name="given">Rows of the logits.</param>
    /// <param name="height">Rows of the image.</param>
    public static EnlargedRows All(int given, int height) => new(Tap.Of(given, height), 0, height, 0);

    /// <summary>The taps of these rows, counted from the first row of the logits that is there.</summary>
    public Tap[] Taps()
    {
        Tap[] taps = Down[First..(First + Count)];
        for (int i = 0; i < taps.Length; i++)
        {
            taps[i] = new Tap(taps[i].Low - FirstGiven, taps[i].High - FirstGiven, taps[i].Share);
        }

        return taps;
    }
}
