using System.Diagnostics.Metrics;
using DenseCL.Method;

namespace DenseCL.Training.Logs;

/// <summary>
/// The library's instruments, of the meter <c>DenseCL</c>: <c>dotnet-counters monitor --counters DenseCL</c> shows them, and OpenTelemetry
/// exports them. Each value has the tag <c>run</c>, the name of the run folder. docs/features.md lists them.
/// </summary>
internal sealed class TrainingMeter(string run)
{
    private static readonly Meter Meter = new("DenseCL");

    private static readonly Gauge<double> Loss = Meter.CreateGauge<double>("densecl.loss", description: "(1 - lambda) global + lambda dense"),
        GlobalLoss = Meter.CreateGauge<double>("densecl.loss.global", description: "The global loss, not weighted"),
        DenseLoss = Meter.CreateGauge<double>("densecl.loss.dense", description: "The dense loss, not weighted"),
        LearningRate = Meter.CreateGauge<double>("densecl.learning_rate", description: "The learning rate of the step"),
        Speed = Meter.CreateGauge<double>("densecl.images_per_second", "{image}/s", "Images a second, of two views each"),
        Memory = Meter.CreateGauge<double>("densecl.memory", "MiBy", "Resident memory of the process"),
        LoaderWait = Meter.CreateGauge<double>("densecl.loader_wait", "1", "The share of the time that the training waited for images");

    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("densecl.steps", "{step}", "Steps done by this process"),
        Images = Meter.CreateCounter<long>("densecl.images", "{image}", "Images seen by this process, of two views each");

    private readonly KeyValuePair<string, object?> tag = new("run", run);

    /// <summary>Records a step.</summary>
    public void Record(StepReport report, double learningRate, int images)
    {
        Loss.Record(report.Loss, tag);
        LearningRate.Record(learningRate, tag);
        Steps.Add(1, tag);
        Images.Add(images, tag);
        if (report.GlobalLoss is { } global)
        {
            GlobalLoss.Record(global, tag);
        }

        if (report.DenseLoss is { } dense)
        {
            DenseLoss.Record(dense, tag);
        }
    }

    /// <summary>Records what is measured at each logged step.</summary>
    public void Record(LoggedSpeed speed)
    {
        Speed.Record(speed.ImagesPerSecond, tag);
        Memory.Record(speed.ResidentMb, tag);
        LoaderWait.Record(speed.LoaderWaitShare, tag);
    }
}
