using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DenseCL.Cli.Display;

/// <summary>A live display on a terminal: one line a task, which always fits the terminal's width.</summary>
internal sealed class LiveLines
{
    private readonly ProgressContext context;
    private readonly LineColumn column;

    private LiveLines(ProgressContext context, LineColumn column) => (this.context, this.column) = (context, column);

    /// <summary>Whether standard output is a terminal whose lines can be redrawn.</summary>
    public static bool ArePossible => AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;

    /// <param name="work">Works, and shows its tasks in its argument.</param>
    public static T Show<T>(Func<LiveLines, T> work)
    {
        LineColumn column = new();
        return AnsiConsole.Progress().Columns(column).Start(context => work(new LiveLines(context, column)));
    }

    /// <summary>Adds a task with a line of its own.</summary>
    /// <param name="title">What is done, in a word or two.</param>
    public ProgressTask Add(string title) => context.AddTask(Markup.Escape(title));

    /// <summary>Shows how far a task is.</summary>
    /// <param name="task">The task.</param>
    /// <param name="done">Steps done.</param>
    /// <param name="total">Steps in all.</param>
    /// <param name="left">The time that is left; null where it is to be estimated from the progress so far.</param>
    /// <param name="details">What is shown as far as there is room, the most important first.</param>
    public void Update(ProgressTask task, long done, long total, TimeSpan? left, params string[] details)
    {
        column.Set(task, left, [.. details.Where(detail => detail.Length > 0)]);
        (task.MaxValue, task.Value) = (Math.Max(total, 1), done);
    }

    /// <summary>Writes a line above the live ones.</summary>
    public static void Write(string line)
    {
        // The line goes where the live ones are now, and is shorter in places: they are erased first.
        Markup words = new(Markup.Escape(Printable.Text(line)) + "\n", new Style(Color.Yellow));
        AnsiConsole.Write(new Notice(words));
    }

    private sealed class Notice(IRenderable words) : IRenderable
    {
        private static readonly Segment EraseBelow = Segment.Control("\e[J");

        public Measurement Measure(RenderOptions options, int maxWidth) => words.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            options.Ansi ? words.Render(options, maxWidth).Prepend(EraseBelow) : words.Render(options, maxWidth);
    }

    private sealed class LineColumn : ProgressColumn
    {
        private readonly ConcurrentDictionary<int, (TimeSpan? Left, string[] Details)> shown = [];

        public void Set(ProgressTask task, TimeSpan? left, string[] details) => shown[task.Id] = (left, details);

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            (TimeSpan? left, string[] details) = shown.GetValueOrDefault(task.Id, (null, []));
            ProgressLine line = new(Markup.Remove(task.Description), task.Value / task.MaxValue, left ?? task.RemainingTime, details)
            {
                Unicode = options.Unicode,
            };
            return new Text(line.Fit(options.ConsoleSize.Width - 1)) { Overflow = Overflow.Ellipsis };
        }
    }
}
