using DenseCL.Platform;
using DenseCL.Reports.Runs;
using ScottPlot;
using SkiaSharp;

namespace DenseCL.Reports.Charts;

/// <summary>Charts as pictures, for documents and slides.</summary>
public static class ChartPng
{
    private const int Width = 900, Height = 540, LongestName = 40;
    private const string FontName = "DejaVu Sans";

    // Those of the light page: page.css.
    private static readonly string[] Colours = ["#0063a8", "#c04a00", "#00795a", "#a8387a", "#6b5900", "#5a4fcf", "#3d5a66", "#b3261e"];
    private static readonly LinePattern[] Dashes = [LinePattern.Solid, LinePattern.Dashed, LinePattern.Dotted, LinePattern.DenselyDashed];

    static ChartPng() => Fonts.FontResolvers.Insert(0, new OwnFont());

    /// <summary>Draws every chart of some runs, a file each, named by its heading.</summary>
    /// <param name="folder">A new folder, or an empty one.</param>
    /// <param name="runs">The runs, a colour each.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="IOException">The folder is not empty, or cannot be written.</exception>
    public static int Write(string folder, IReadOnlyList<RunRecord> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        IReadOnlyList<ChartGroup> groups = ChartGroup.Of(
            runs.SelectMany(run => run.Curves.All).Where(curve => curve.Steps.Count > 0).Select(curve => curve.Name));
        NewFolder.Write(folder, partial =>
        {
            foreach (ChartGroup group in groups)
            {
                Draw(group, runs, Path.Combine(partial, FileName(group.Title)));
            }
        });
        return groups.Count;
    }

    /// <summary>A heading as a file name: small letters, digits and hyphens.</summary>
    internal static string FileName(string title)
    {
        string plain = title.Replace("λ", "lambda", StringComparison.Ordinal).ToLowerInvariant();
        return string.Concat(plain.Take(LongestName).Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')) + ".png";
    }

    private static void Draw(ChartGroup group, IReadOnlyList<RunRecord> runs, string path)
    {
        using Plot plot = new();
        plot.Font.Set(FontName);
        plot.Title(group.Title);
        plot.XLabel("step");
        plot.YLabel(group.Unit);
        foreach ((int r, RunRecord run) in runs.Index())
        {
            foreach ((int c, (string name, string text)) in group.Curves.Index())
            {
                if (run.Curves[name] is { Steps.Count: > 0 } curve)
                {
                    ScottPlot.Plottables.Scatter line = plot.Add.ScatterLine(
                        curve.Steps.Select(step => (double)step).ToArray(), curve.Values.ToArray(), Color.FromHex(Colours[r % Colours.Length]));
                    line.LinePattern = Dashes[c % Dashes.Length];
                    line.LineWidth = 1.75f;
                    line.LegendText = runs.Count > 1 ? $"{run.Name}: {text}" : text;
                }
            }
        }

        _ = plot.ShowLegend(Edge.Bottom);
        _ = plot.SavePng(path, Width, Height);
    }

    /// <summary>The font of the charts is in the program: small systems have none.</summary>
    private sealed class OwnFont : IFontResolver
    {
        private static readonly Lazy<SKTypeface> Face = new(() =>
        {
            using Stream font = typeof(ChartPng).Assembly.GetManifestResourceStream("charts/DejaVuSans.ttf")!;
            return SKTypeface.FromStream(font);
        });

        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            fontName == FontName ? Face.Value : null;

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == FontName ? Face.Value : null;
    }
}
