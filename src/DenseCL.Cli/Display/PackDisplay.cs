using DenseCL.Data.Shards;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Shows the progress of a pack: a live bar on a terminal, a line for each shard otherwise.</summary>
internal static class PackDisplay
{
    /// <param name="pack">Packs, and reports to its argument.</param>
    public static T Show<T>(Func<IProgress<ShardPackProgress>, T> pack) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? Live(pack) : pack(new Lines());

    private static T Live<T>(Func<IProgress<ShardPackProgress>, T> pack) =>
        AnsiConsole
            .Progress()
            .Columns(
                new SpinnerColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context => pack(new Bar(context.AddTask("pack"))));

    private sealed class Bar(ProgressTask task) : IProgress<ShardPackProgress>
    {
        public void Report(ShardPackProgress value)
        {
            task.MaxValue = value.Total;
            task.Value = value.Done;
            task.Description = Markup.Escape(
                FormattableString.Invariant(
                    $"pack {value.Done:N0}/{value.Total:N0} images  shards: {value.Shards:N0}  {value.Bytes / 1e6:N0} MB"));
        }
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
            Console.WriteLine(
                FormattableString.Invariant(
                    $"{value.Done:N0}/{value.Total:N0} images  shards: {value.Shards:N0}  {value.Bytes / 1e6:N1} MB"));
        }
    }
}
