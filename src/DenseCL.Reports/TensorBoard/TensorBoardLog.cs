using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Reports.Pictures;
using DenseCL.Reports.Runs;
using DenseCL.Training;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols.MatchScore;
using DenseCL.Weights;
using Google.Protobuf;
using Tensorboard;

namespace DenseCL.Reports.TensorBoard;

/// <summary>
/// Event files for TensorBoard in a run folder, beside the logs whose values they have: <c>tensorboard --logdir RUN</c> shows curves; and
/// each time the backbone is saved, the distribution of its weights, and matches between two views of some images.
/// </summary>
/// <remarks>
/// A resumed run begins a new file with the events before its checkpoint, and deletes the old one: no step is there twice.
/// </remarks>
public sealed class TensorBoardLog : IDisposable
{
    private const int Pictures = 3;

    private readonly RunFolder run;
    private readonly ImageSource? images;
    private readonly int size;
    private readonly EventFile events;
    private readonly (LogLines Lines, string Group)[] logs;
    private readonly long kept;
    private DateTime savedAt;

    /// <summary>Begins a file, and writes what the logs have.</summary>
    /// <param name="run">The run folder, whose logs end with the last checkpoint.</param>
    /// <param name="step">Steps done; later events of an earlier process are dropped.</param>
    /// <param name="images">Images to draw matches on; null for none.</param>
    /// <param name="size">The side of their views in pixels.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public TensorBoardLog(RunFolder run, long step, ImageSource? images = null, int size = 224)
    {
        ArgumentNullException.ThrowIfNull(run);
        (this.run, this.images, this.size) = (run, images, Math.Clamp(size, 64, 1024));
        logs = [(new LogLines(run.Metrics), "metrics"), (new LogLines(run.Speed), "speed")];
        IReadOnlyList<string> before = EventFile.In(run.Path);
        Event[] earlier = before is [.., var last] ? [.. EventFile.Read(last).Where(one => one.Summary is not null && one.Step <= step)] : [];
        kept = earlier.Length == 0 ? 0 : step;
        events = EventFile.Create(run.Path, earlier);
        foreach (string old in before)
        {
            File.Delete(old);
        }

        WriteNewLines();
        savedAt = SavedAt();
    }

    /// <summary>Whether a run has such files.</summary>
    /// <param name="run">The run folder.</param>
    public static bool IsIn(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return EventFile.In(run.Path).Count > 0;
    }

    /// <summary>Reports to the log first, then to another.</summary>
    /// <param name="next">The other.</param>
    public IProgress<PretrainProgress> Before(IProgress<PretrainProgress> next) => new Both(this, next);

    /// <summary>Writes what is left, and closes the file.</summary>
    public void Dispose()
    {
        try
        {
            WriteNewLines();
            WriteBackboneIfNew();
        }
        finally
        {
            events.Dispose();
        }
    }

    private void WriteNewLines()
    {
        foreach ((LogLines lines, string group) in logs)
        {
            foreach ((long step, IReadOnlyList<KeyValuePair<string, double>> numbers) in lines.Next().Where(line => line.Step > kept))
            {
                Summary summary = new();
                summary.Value.AddRange(numbers
                    .Where(number => number.Key != "epoch" || group == "metrics")
                    .Select(number => new Summary.Types.Value { Tag = Curves.NameOf(group, number.Key), SimpleValue = (float)number.Value }));
                Write(step, summary);
            }
        }

        events.Flush();
    }

    private void WriteBackboneIfNew()
    {
        if (SavedAt() is var time && time == savedAt)
        {
            return;
        }

        savedAt = time;
        Summary summary = new();
        long step;
        using (WeightFile file = BackboneFile.Open(run.Backbone))
        {
            step = long.Parse(file.Metadata["step"], System.Globalization.CultureInfo.InvariantCulture);
            foreach (string name in file.Keys.Where(name => name.EndsWith("weight", StringComparison.Ordinal)))
            {
                using TorchSharp.torch.Tensor weights = file.Tensor(name);
                summary.Value.Add(new Summary.Types.Value { Tag = $"weights/{name}", Histo = WeightHistogram.Of(weights) });
            }
        }

        if (step <= kept)
        {
            return;     // saved again at the end of a resumed run that had nothing left to do
        }

        if (images is not null && Matches(images) is { } picture)
        {
            summary.Value.Add(new Summary.Types.Value { Tag = "matches", Image = picture });
        }

        Write(step, summary);
        events.Flush();
    }

    private Summary.Types.Image? Matches(ImageSource of)
    {
        List<MatchedViews> pairs = [];
        MatchScoreEvaluation match = new(of, new MatchScoreOptions { Size = size, Pairs = 1, Limit = Pictures });
        try
        {
            _ = match.Evaluate(BackboneSource.Open(run.Backbone), seed: 0, CancellationToken.None, pairs.Add);
        }
        catch (DataException)
        {
            return null;        // none of these images can be used, or no two views have a place in common: no reason to end a training
        }

        byte[] png = MatchPicture.Png(pairs);
        Images.ImageHeader header = Images.ImageDecoder.ReadHeader(png, Images.ImageLimits.Default);
        return new Summary.Types.Image
        {
            Width = header.Width,
            Height = header.Height,
            Colorspace = 3,
            EncodedImageString = ByteString.CopyFrom(png),
        };
    }

    private void Write(long step, Summary summary) =>
        events.Write(new Event { WallTime = (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds, Step = step, Summary = summary });

    private DateTime SavedAt() => File.Exists(run.Backbone) ? File.GetLastWriteTimeUtc(run.Backbone) : default;

    private void Follow(PretrainProgress value)
    {
        if (value.Logged)
        {
            WriteNewLines();
        }

        WriteBackboneIfNew();
    }

    private sealed class Both(TensorBoardLog log, IProgress<PretrainProgress> next) : IProgress<PretrainProgress>
    {
        public void Report(PretrainProgress value)
        {
            log.Follow(value);
            next.Report(value);
        }
    }
}
