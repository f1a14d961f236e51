namespace DenseCL.Reports.Runs;

/// <summary>What the steps of a run are in epochs and in hours of training.</summary>
/// <param name="curves">What the run has logged, every line of it.</param>
internal sealed class RunClock(Curves curves)
{
    /// <summary>
    /// Steps of an epoch: step s is in epoch ⌈s / n⌉, so n is at least s / epoch of every line. Exact once an epoch's end is logged; until
    /// then the smallest that is possible. 0 if nothing is logged.
    /// </summary>
    public long StepsPerEpoch
    {
        get
        {
            Curve epochs = curves["metrics/epoch"];
            return epochs.Steps.Zip(epochs.Values, (step, epoch) => (long)Math.Ceiling(step / Math.Max(1, epoch))).DefaultIfEmpty().Max();
        }
    }

    /// <summary>Hours of training at the logged steps, from 0 at step 0; empty if the run has not logged its speed.</summary>
    /// <param name="most">About the largest number of points; what lies between them is on a straight line.</param>
    public (IReadOnlyList<long> Steps, IReadOnlyList<double> Hours) Hours(int most)
    {
        Curve pace = curves["speed/secondsPerStep"];
        int every = Math.Max(1, (pace.Steps.Count + most - 1) / most);
        List<long> steps = [];
        List<double> hours = [];
        double seconds = 0;
        long before = 0;
        for (int i = 0; i < pace.Steps.Count; i++)
        {
            seconds += (pace.Steps[i] - before) * pace.Values[i];
            before = pace.Steps[i];
            if (i % every == every - 1 || i == pace.Steps.Count - 1)
            {
                steps.Add(before);
                hours.Add(seconds / 3600);
            }
        }

        return (steps, hours);
    }
}
