using DenseCL.Data.Shards;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Shows the progress of a pack: a live bar on a terminal, a line for each shard otherwise.</summary>
internal static class PackDisplay
{
    /// <param name="pack">Packs, and reports to its argument.</param>
    public static T Show<T>(Func<IProgress<ShardPackProgress>, T> pack) =>
        LiveLines.ArePossible ? LiveLines.Show(live => pack(new Bar(live))) : pack(new Lines());

    private sealed class Bar(LiveLines live) : IProgress<ShardPackProgress>
    {
        private readonly ProgressTask task = live.Add("pack");

        public void Report(ShardPackProgress value) => live.Update(
            task,
            value.Done,
            value.Total,
            left: null,
            FormattableString.Invariant($"{value.Done:N0}/{value.Total:N0} images"),
            FormattableString.Invariant($"{value.Bytes / 1e6:N0} MB"),
            FormattableString.Invariant($"shards: {value.Shards:N0}"));
    }

    private sealed class Lines : IProgress<ShardPackProgress>
    {
        private int shards;

        public void Report(ShardPackProgress value)
        {
            if (value.Shards == shards)
            {
                return;
            }

            shards = value.Shards;
            string line = FormattableString.Invariant(
                $"{value.Done:N0}/{value.Total:N0} images  shards: {value.Shards:N0}  {value.Bytes / 1e6:N1} MB");
            if (JsonLog.Current is { } log)
            {
                log.Write("info", line, [("event", "progress"), ("part", "pack"), ("done", value.Done), ("total", value.Total), ("shards", value.Shards), ("bytes", value.Bytes)]);
            }
            else
            {
                Console.WriteLine(line);
            }
        }
    }
}
