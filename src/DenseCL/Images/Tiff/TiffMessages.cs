using System.Globalization;
using BitMiracle.LibTiff.Classic;
using LibTiff = BitMiracle.LibTiff.Classic.Tiff;

namespace DenseCL.Images.Tiff;

/// <summary>
/// Keeps what LibTiff says about a file. LibTiff has one handler for the whole process, which by default writes to the console. It calls it
/// on the thread that decodes, so the messages of a thread that is between <see cref="Begin"/> and <see cref="End"/> are its file's. All
/// others go to the handler that was there before, which may be an application's own.
/// </summary>
internal sealed class TiffMessages : TiffErrorHandler
{
    private const int MostCharacters = 200;

    [ThreadStatic]
    private static bool reading;

    [ThreadStatic]
    private static string? first;

    private static readonly TiffErrorHandler? Previous = LibTiff.SetErrorHandler(new TiffMessages());

    /// <summary>From here to <see cref="End"/>, what LibTiff says on this thread is kept and not passed on.</summary>
    public static void Begin()
    {
        _ = Previous;
        (reading, first) = (true, null);
    }

    /// <summary>The first error since <see cref="Begin"/>, in brackets after a blank; empty if there was none.</summary>
    public static string Said => first is null ? "" : $" ({first})";

    /// <summary>Ends the reading of a file.</summary>
    public static void End() => reading = false;

    /// <inheritdoc/>
    public override void ErrorHandler(LibTiff tif, string method, string format, params object[] args)
    {
        if (!reading)
            Previous?.ErrorHandler(tif, method, format, args);
        else
            first ??= Text(format, args);
    }

    /// <inheritdoc/>
    public override void ErrorHandlerExt(LibTiff tif, object clientData, string method, string format, params object[] args)
    {
        if (!reading) Previous?.ErrorHandlerExt(tif, clientData, method, format, args);
    }

    /// <inheritdoc/>
    public override void WarningHandler(LibTiff tif, string method, string format, params object[] args)
    {
        if (!reading) Previous?.WarningHandler(tif, method, format, args);
    }

    /// <inheritdoc/>
    public override void WarningHandlerExt(LibTiff tif, object clientData, string method, string format, params object[] args)
    {
        if (!reading) Previous?.WarningHandlerExt(tif, clientData, method, format, args);
    }

    private static string Text(string format, object[] args)
    {
        string text;
        try
        {
            text = string.Format(CultureInfo.InvariantCulture, format, args);
        }
        catch (FormatException)
        {
            text = format;
        }

        return text.Length > MostCharacters ? text[..MostCharacters] : text;
    }
}
