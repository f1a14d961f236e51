namespace DenseCL.Weights.Tensors;

/// <summary>Turns a parser's exceptions into one that names the file and says what to do.</summary>
internal static class Distrust
{
    /// <summary>Reads data from a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="kind">What it should be.</param>
    /// <param name="read">Throws <see cref="FormatException"/> for damage, and <see cref="NotSupportedException"/>, with its own advice,
    /// for what is not supported.</param>
    /// <exception cref="WeightFileException">The file is damaged or not supported.</exception>
    public static T Read<T>(WeightBytes bytes, string kind, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            throw new WeightFileException($"{bytes.Path}: {e.Message}. The file is damaged or not {kind}: copy or export it again.", e);
        }
        catch (NotSupportedException e)
        {
            throw new WeightFileException($"{bytes.Path}: {e.Message}.", e);
        }
    }
}
