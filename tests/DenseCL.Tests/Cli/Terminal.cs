using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DenseCL.Tests.Cli;

/// <summary>The command on a pseudo-terminal, and what its screen shows. util-linux's <c>script</c> makes the pseudo-terminal.</summary>
internal sealed partial class Terminal
{
    private const int Rows = 40;

    private readonly List<StringBuilder> lines = [new()];
    private int row, column;

    private Terminal(int columns) => Columns = columns;

    public int Columns { get; }

    /// <summary>The screen with all that scrolled out of it, from the top.</summary>
    public IReadOnlyList<string> Screen => [.. lines.Select(line => line.ToString().TrimEnd())];

    public static bool IsThere => OperatingSystem.IsLinux() && File.Exists("/usr/bin/script");

    /// <summary>Runs the command to its end on a terminal of so many columns.</summary>
    public static (int Status, Terminal Terminal) Run(int columns, params string[] arguments)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] words = [host, Path.Combine(AppContext.BaseDirectory, "DenseCL.Cli.dll"), .. arguments];
        string command = string.Create(
            CultureInfo.InvariantCulture,
            $"stty cols {columns} rows {Rows}; exec {string.Join(' ', words.Select(word => $"'{word}'"))}");
        ProcessStartInfo start = new("/usr/bin/script", ["-qefc", command, "/dev/null"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        foreach (string hint in new[] { "CI", "GITHUB_ACTIONS", "TF_BUILD", "NO_COLOR" })
        {
            start.Environment.Remove(hint);     // a build server's terminal is not drawn on
        }

        using Process process = Process.Start(start)!;
        Terminal terminal = new(columns);
        terminal.Write(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        return (process.ExitCode, terminal);
    }

    private void Write(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            Match control = Control().Match(text, at);
            if (control.Success)
            {
                Obey(control.Groups["what"].Value, control.Groups["number"].Value);
                at += control.Length;
                continue;
            }

            switch (text[at])
            {
                case '\r':
                    column = 0;
                    break;
                case '\n':
                    Down();
                    break;
                default:
                    Put(text[at]);
                    break;
            }

            at++;
        }
    }

    private void Put(char letter)
    {
        if (column == Columns)
        {
            column = 0;
            Down();
        }

        StringBuilder line = lines[row];
        line.Append(' ', Math.Max(0, column + 1 - line.Length));
        line[column++] = letter;
    }

    private void Down()
    {
        row++;
        if (row == lines.Count)
        {
            lines.Add(new());
        }
    }

    /// <summary>ECMA-48: cursor up, erase in line and erase below; colours and the cursor's looks do not matter here.</summary>
    private void Obey(string what, string number)
    {
        int count = int.TryParse(number, CultureInfo.InvariantCulture, out int given) ? given : 1;
        switch (what)
        {
            case "A":
                row = Math.Max(row - count, 0);
                break;
            case "K" when number is "2":
                lines[row].Clear();
                break;
            case "J" when number is "" or "0":
                lines[row].Length = Math.Min(lines[row].Length, column);
                foreach (StringBuilder line in lines[(row + 1)..])
                {
                    line.Clear();
                }

                break;
            case "m" or "h" or "l":
                break;
            default:
                throw new NotSupportedException($"The control sequence ESC [ {number} {what}.");
        }
    }

    [GeneratedRegex(@"\G\e\[\??(?<number>[\d;]*)(?<what>[A-Za-z])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Control();
}
