using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>Figures as a table.</summary>
internal static class FiguresDisplay
{
    /// <summary>A table of words, with the first column left-aligned and numbers right-aligned.</summary>
    public static void ShowTable(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new();
        for (int column = 0; column < heads.Count; column++)
        {
            TableColumn head = new(Markup.Escape(heads[column]));
            table.AddColumn(column == 0 ? head : head.RightAligned());
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow([.. row.Select(word => Markup.Escape(Printable.Text(word)))]);
        }

        AnsiConsole.Write(table);
    }
}
