using System.Diagnostics.Metrics;
using DenseCL.Data.Sources;
using DenseCL.Recipes;
using DenseCL.Tests.Cli;
using DenseCL.Training;
using Microsoft.Extensions.Logging;

namespace DenseCL.Tests.Training;

public class TrainingMeterTests
{
    [Fact]
    public void A_training_is_seen_by_a_meter_listener_and_by_a_logger()
    {
        using TemporaryFolder folder = new();
        string scenes = ResumeTests.Scenes(folder);
        File.WriteAllText(Path.Combine(scenes, "images", "broken.png"), "no image");
        Recipe recipe = RecipeReader.Read(
            "small", "data.size=64", "data.maxBadShare=0.5", "optim.batch=12", "optim.batchNormGroup=12", "optim.epochs=1", "method.queue=24",
            "run.logEvery=2", "run.precision=fp32");
        Dictionary<string, List<double>> seen = new(StringComparer.Ordinal);
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == "DenseCL")
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        Messages messages = new();
        List<double> losses = [];
        using (RunFolder run = RunFolder.Open(folder["metered"], resume: false))
        using (Pretrainer pretrainer = new(recipe, ImageSource.Open(Path.Combine(scenes, "images")), new SkippedImages(), run) { Logger = messages })
        {
            Assert.True(pretrainer.Run(new Losses(losses), TestContext.Current.CancellationToken));
        }

        int steps = losses.Count;
        Assert.Equal(4, steps);
        Assert.Equal(losses, seen["densecl.loss"]);
        Assert.Equal(steps, seen["densecl.steps"].Sum());
        Assert.Equal(12 * steps, seen["densecl.images"].Sum());
        Assert.Equal(steps, seen["densecl.learning_rate"].Count);
        Assert.Equal(steps, seen["densecl.loss.global"].Count);
        Assert.Equal(steps, seen["densecl.loss.dense"].Count);
        Assert.All(new[] { "densecl.images_per_second", "densecl.memory" }, name => Assert.All(seen[name], value => Assert.True(value > 0)));
        Assert.Equal((2, 2), (seen["densecl.images_per_second"].Count, seen["densecl.loader_wait"].Count));
        Assert.Contains(messages.All, message => message.StartsWith("Training ", StringComparison.Ordinal));
        Assert.Contains(messages.All, message => message.StartsWith("Step 4 of 4 is saved in ", StringComparison.Ordinal));
        Assert.Contains(messages.All, message => message.Contains("skipped.jsonl says why", StringComparison.Ordinal));

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags is [{ Key: "run", Value: "metered" }])     // other tests may train at the same time
            {
                if (!seen.TryGetValue(instrument.Name, out List<double>? values))
                {
                    seen.Add(instrument.Name, values = []);
                }

                values.Add(value);
            }
        }
    }

    private sealed class Losses(List<double> losses) : IProgress<PretrainProgress>
    {
        public void Report(PretrainProgress value) => losses.Add(value.Report.Loss);
    }

    private sealed class Messages : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
