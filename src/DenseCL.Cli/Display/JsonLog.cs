using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace DenseCL.Cli.Display;

/// <summary>
/// With <c>--log-format json</c> every line that a verb writes goes through here and becomes one JSON object: time, level, message, and the
/// figures where the line is a step of progress. docs/operations.md lists the keys.
/// </summary>
internal sealed class JsonLog(TextWriter to, bool isError) : TextWriter(CultureInfo.InvariantCulture)
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StringBuilder line = new();
    private bool failed;

    /// <summary>Where progress goes; null if lines are plain.</summary>
    public static JsonLog? Current { get; private set; }

    /// <inheritdoc/>
    public override Encoding Encoding => to.Encoding;

    /// <summary>Lines of the process are JSON from here on. Where the result is one JSON object on standard output, that stays as it is.</summary>
    /// <param name="outputIsResult">Whether the call has <c>--json</c>.</param>
    public static void Begin(bool outputIsResult)
    {
        JsonLog error = new(Console.Error, isError: true);
        Current = outputIsResult ? error : new JsonLog(Console.Out, isError: false);
        Console.SetError(Synchronized(error));
        if (!outputIsResult)
        {
            Console.SetOut(Synchronized(Current));
        }

        // Tables go the same way, line by line, and there is no live display.
        AnsiConsole.Console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(Console.Out) });
        AnsiConsole.Profile.Width = 160;
    }

    /// <summary>Writes one object.</summary>
    /// <param name="level">info, warning or error.</param>
    /// <param name="message">The line as it is without JSON; null if figures say all.</param>
    /// <param name="figures">Names in camel case, and strings or numbers; what is null or no finite number is left out.</param>
    public void Write(string level, string? message, IEnumerable<(string Name, object? Value)> figures)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, Readable))
        {
            json.WriteStartObject();
            json.WriteString("time", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", level);
            if (message is not null)
            {
                json.WriteString("message", message);
            }

            foreach ((string name, object? value) in figures)
            {
                switch (value)
                {
                    case string word: json.WriteString(name, word); break;
                    case int or long: json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
                    case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
                }
            }

            json.WriteEndObject();
        }

        lock (to)
        {
            to.WriteLine(Encoding.UTF8.GetString(text.ToArray()));
            to.Flush();
        }
    }

    /// <inheritdoc/>
    public override void Write(char value)
    {
        if (value != '\n')
        {
            line.Append(value);
            return;
        }

        string message = line.ToString().TrimEnd('\r');
        line.Clear();
        if (!string.IsNullOrWhiteSpace(message))
        {
            Write(LevelOf(message), message, []);
        }
    }

    /// <inheritdoc/>
    public override void Flush() => to.Flush();

    // With --json what a verb says of its progress goes to standard error too: an error is what is called one, and all that follows it.
    private string LevelOf(string message)
    {
        failed |= isError && (message.StartsWith("densecl: ", StringComparison.Ordinal) || message.StartsWith("Failed: ", StringComparison.Ordinal));
        return failed ? "error"
            : message.StartsWith("Note: ", StringComparison.Ordinal) || message.StartsWith("Stopp", StringComparison.Ordinal) ? "warning"
            : "info";
    }
}
