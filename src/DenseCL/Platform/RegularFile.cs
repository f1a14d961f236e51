using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DenseCL.Platform;

/// <summary>Files that can be opened without waiting, and replaced without harm.</summary>
internal static partial class RegularFile
{
    // Of Linux's statx(2), whose record is the same on every processor.
    private const int CurrentFolder = -100, TypeWanted = 1, RecordLength = 256, ModeAt = 28, TypeBits = 0xF000;

    /// <summary>Refuses pipes, devices and sockets. They have no length, and opening a pipe can wait forever.</summary>
    /// <param name="path">A file that is never empty if it is valid. A missing file is left to the code that opens it.</param>
    /// <exception cref="IOException">The file is empty or not a regular file.</exception>
    public static void Require(string path)
    {
        if (SpecialKind(path) is { } kind)
        {
            throw new IOException($"It is {kind}, not a regular file.");
        }

        FileInfo file = new(path);
        if (file.Exists && file.Length == 0)
        {
            throw new IOException(OperatingSystem.IsLinux() ? "It is empty." : "It is empty, or a pipe, a device or a socket.");
        }
    }

    /// <summary>What a path leads to if it is neither a file nor a folder; null if it is one, is missing, or cannot be told here.</summary>
    /// <param name="path">Any path.</param>
    public static unsafe string? SpecialKind(string path)
    {
        byte* record = stackalloc byte[RecordLength];
        if (!OperatingSystem.IsLinux() || StatX(CurrentFolder, path, 0, TypeWanted, record) != 0)
        {
            return null;
        }

        return (BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(record + ModeAt, sizeof(ushort))) & TypeBits) switch
        {
            0x1000 => "a pipe",
            0x2000 or 0x6000 => "a device",
            0xC000 => "a socket",
            _ => null,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int folder, string path, int flags, uint mask, byte* record);
}
