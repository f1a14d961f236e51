namespace DenseCL.Training;

/// <summary>A run cannot start, continue or be resumed; the message says what happened, what is kept and what to do.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>The run cannot continue.</summary>
    public TrainingException()
    {
    }

    /// <summary>The run cannot continue.</summary>
    /// <param name="message">What happened, what is kept and what to do.</param>
    public TrainingException(string message)
        : base(message)
    {
    }

    /// <summary>The run cannot continue.</summary>
    /// <param name="message">What happened, what is kept and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public TrainingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
