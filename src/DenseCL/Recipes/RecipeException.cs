namespace DenseCL.Recipes;

/// <summary>
/// A recipe that cannot be used: a value outside its range, settings that contradict each other, an unknown key or an unreadable file. The
/// message consists of whole sentences: what is wrong and where, the range, and what to choose instead.
/// </summary>
public sealed class RecipeException : Exception
{
    /// <summary>An unusable recipe.</summary>
    public RecipeException()
    {
    }

    /// <summary>An unusable recipe.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public RecipeException(string message)
        : base(message)
    {
    }

    /// <summary>An unusable recipe.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public RecipeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
