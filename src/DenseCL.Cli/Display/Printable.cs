namespace DenseCL.Cli.Display;

/// <summary>
/// Text as it may go to a terminal. Names in tars and folders come from anywhere, and some would move the cursor, or rename the window.
/// </summary>
internal static class Printable
{
    /// <summary>The text with each control character but the end of a line replaced.</summary>
    public static string Text(string text) => string.Create(text.Length, text, (result, from) =>
    {
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = char.IsControl(from[i]) && from[i] != '\n' ? '\uFFFD' : from[i];
        }
    });
}
