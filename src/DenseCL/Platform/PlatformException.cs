namespace DenseCL.Platform;

/// <summary>This machine cannot do what was asked; the message says why and what to do about it.</summary>
public sealed class PlatformException : Exception
{
    /// <summary>This machine cannot do what was asked.</summary>
    public PlatformException()
    {
    }

    /// <summary>This machine cannot do what was asked.</summary>
    /// <param name="message">Why, and what to do.</param>
    public PlatformException(string message)
        : base(message)
    {
    }

    /// <summary>This machine cannot do what was asked.</summary>
    /// <param name="message">Why, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public PlatformException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
