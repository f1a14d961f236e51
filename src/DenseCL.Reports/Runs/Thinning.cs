namespace DenseCL.Reports.Runs;

/// <summary>Makes a long curve short enough to draw, without losing what one would look for in it.</summary>
internal static class Thinning
{
    /// <summary>
    /// The indices of a curve's points that are kept: the first, the last, and of each of many equal parts the lowest and the highest value.
    /// So each peak of the whole curve is there with its true value and step.
    /// </summary>
    /// <param name="values">The values.</param>
    /// <param name="most">The largest number of points, at least 4. A curve that has no more is kept as it is.</param>
    /// <returns>Indices, ascending.</returns>
    public static int[] Keep(IReadOnlyList<double> values, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 4);
        if (values.Count <= most)
        {
            return [.. Enumerable.Range(0, values.Count)];
        }

        int parts = (most - 2) / 2;
        SortedSet<int> kept = [0, values.Count - 1];
        for (int part = 0; part < parts; part++)
        {
            (int start, int end) = ((int)((long)values.Count * part / parts), (int)((long)values.Count * (part + 1) / parts));
            (int lowest, int highest) = (start, start);
            for (int i = start + 1; i < end; i++)
            {
                lowest = values[i] < values[lowest] ? i : lowest;
                highest = values[i] > values[highest] ? i : highest;
            }

            _ = kept.Add(lowest);
            _ = kept.Add(highest);
        }

        return [.. kept];
    }
}
