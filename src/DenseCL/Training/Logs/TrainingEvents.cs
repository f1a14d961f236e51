using Microsoft.Extensions.Logging;

namespace DenseCL.Training.Logs;

/// <summary>What a program's logger receives.</summary>
internal static partial class TrainingEvents
{
    [LoggerMessage(1, LogLevel.Information, "Training {Run}: {Images} images, step {Step} of {Steps}.")]
    public static partial void Started(ILogger log, string run, int images, long step, long steps);

    [LoggerMessage(2, LogLevel.Information, "{Notice}")]
    public static partial void Noticed(ILogger log, string notice);

    [LoggerMessage(3, LogLevel.Warning, "{Damage}")]
    public static partial void Damaged(ILogger log, string damage);

    [LoggerMessage(4, LogLevel.Information, "Step {Step} of {Steps} is saved in {Run}.")]
    public static partial void Saved(ILogger log, long step, long steps, string run);

    [LoggerMessage(5, LogLevel.Warning, "{Count} images could not be used; {List} says why.")]
    public static partial void Skipped(ILogger log, int count, string list);
}
