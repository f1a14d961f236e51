namespace DenseCL.Images;

/// <summary>
/// An image that cannot be used: the message says why, in words for a list of skipped files ("truncated", "30000 × 30000 pixels exceed …").
/// </summary>
public sealed class ImageException : Exception
{
    /// <summary>An unusable image.</summary>
    public ImageException()
    {
    }

    /// <summary>An unusable image.</summary>
    /// <param name="message">Why, without the file's name.</param>
    public ImageException(string message)
        : base(message)
    {
    }

    /// <summary>An unusable image.</summary>
    /// <param name="message">Why, without the file's name.</param>
    /// <param name="innerException">The cause.</param>
    public ImageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
