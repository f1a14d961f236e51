using System.Diagnostics;

namespace DenseCL.Training.Logs;

/// <summary>Measures steps: how long they take, and how much of that is waiting for images.</summary>
internal sealed class StepClock(int batch)
{
    private long start = Stopwatch.GetTimestamp();
    private long lapStart = Stopwatch.GetTimestamp();
    private long lapSteps;
    private long steps;
    private TimeSpan waited;
    private long lastDone = Stopwatch.GetTimestamp();

    /// <summary>The speed in the last lap; in the first lap, that of all steps.</summary>
    public double ImagesPerSecond { get; private set; }

    public void BatchArrived() => waited += Stopwatch.GetElapsedTime(lastDone);

    public void StepDone()
    {
        lastDone = Stopwatch.GetTimestamp();
        lapSteps++;
        if (steps++ == lapSteps - 1)    // no lap yet
        {
            ImagesPerSecond = batch * lapSteps / Stopwatch.GetElapsedTime(lapStart, lastDone).TotalSeconds;
        }
    }

    /// <summary>Excludes the time since the last step: it was neither training nor waiting for images.</summary>
    public void Resume()
    {
        long now = Stopwatch.GetTimestamp(), pause = now - lastDone;
        (start, lapStart, lastDone) = (start + pause, lapStart + pause, now);
    }

    /// <summary>The time for this many more steps, at the mean speed so far.</summary>
    public TimeSpan Remaining(long more) => Stopwatch.GetElapsedTime(start) / steps * more;

    /// <summary>Ends a lap, which lasts from one logged step to the next.</summary>
    public LoggedSpeed Lap(long step, int epoch)
    {
        TimeSpan time = Stopwatch.GetElapsedTime(lapStart, lastDone);
        ImagesPerSecond = batch * lapSteps / time.TotalSeconds;
        using Process process = Process.GetCurrentProcess();
        LoggedSpeed speed = new(
            step,
            epoch,
            Math.Round(time.TotalSeconds / lapSteps, 4),
            Math.Round(ImagesPerSecond, 2),
            Math.Round(Math.Min(1, waited / time), 3),
            Math.Round(process.WorkingSet64 / (double)(1 << 20), 1));
        (lapStart, lapSteps, waited) = (lastDone, 0, TimeSpan.Zero);
        return speed;
    }
}
