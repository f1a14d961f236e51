namespace DenseCL.Weights.Formats.Pickles;

/// <summary>What the bytes of a <see cref="PickleText"/> are.</summary>
internal enum PickleTextKind
{
    /// <summary>Text in UTF-8.</summary>
    Unicode,

    /// <summary>Python 2's strings: text in latin1, or bytes.</summary>
    Latin1,

    /// <summary>Bytes.</summary>
    Bytes,
}
