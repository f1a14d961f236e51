namespace DenseCL.Cli.Display;

/// <summary>
/// Text that is safe for a terminal. Names in tars and folders are untrusted, and some would move the cursor or rename the window.
/// </summary>
internal static class Printable
{
    /// <summary>The text with each control character except line ends replaced.</summary>
    public static string Text(string text) => string.Create(text.Length, text, (result, from) =>
    {
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = char.IsControl(from[i]) && from[i] != '\n' ? '\uFFFD' : from[i];
        }
    });
}
