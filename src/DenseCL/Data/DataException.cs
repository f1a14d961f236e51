namespace DenseCL.Data;

/// <summary>Images that cannot be trained on as they were given: the message says what was wrong, where, and what to do.</summary>
public sealed class DataException : Exception
{
    /// <summary>Unusable data.</summary>
    public DataException()
    {
    }

    /// <summary>Unusable data.</summary>
    /// <param name="message">What was wrong, where, and what to do: shown to the user as it is.</param>
    public DataException(string message)
        : base(message)
    {
    }

    /// <summary>Unusable data.</summary>
    /// <param name="message">What was wrong, where, and what to do: shown to the user as it is.</param>
    /// <param name="innerException">The cause.</param>
    public DataException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
