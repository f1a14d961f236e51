namespace DenseCL.Weights;

/// <summary>A weight file that cannot be read or written: the message names the file, what is wrong, where, and what to do.</summary>
public sealed class WeightFileException : Exception
{
    /// <summary>An unusable weight file.</summary>
    public WeightFileException()
    {
    }

    /// <summary>An unusable weight file.</summary>
    /// <param name="message">The file, what is wrong, where, and what to do.</param>
    public WeightFileException(string message)
        : base(message)
    {
    }

    /// <summary>An unusable weight file.</summary>
    /// <param name="message">The file, what is wrong, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public WeightFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
