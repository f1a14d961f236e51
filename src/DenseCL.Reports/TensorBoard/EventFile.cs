using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Tensorboard;

namespace DenseCL.Reports.TensorBoard;

/// <summary>
/// A file of TensorBoard's events. Each is a record: its length (8 bytes), the length's checksum (4), the event, the event's checksum (4).
/// </summary>
internal sealed class EventFile : IDisposable
{
    /// <summary>The beginning of the name of every such file; TensorBoard looks for it.</summary>
    public const string Prefix = "events.out.tfevents.";

    private const int MaxRecord = 64 << 20;

    private readonly FileStream file;

    private EventFile(FileStream file) => this.file = file;

    /// <summary>Makes a file that TensorBoard reads after all others in the folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="kept">Events that the file begins with.</param>
    public static EventFile Create(string folder, IEnumerable<Event> kept)
    {
        long number = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        long last = Directory.EnumerateFiles(folder, Prefix + "*").Select(NumberOf).DefaultIfEmpty(0).Max();
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Math.Max(number, last + 1):D10}.densecl"));
        string partial = Path.Combine(folder, "events.partial");       // a name that TensorBoard does not read
        FileStream file = new(partial, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete);
        try
        {
            EventFile events = new(file);
            events.Write(new Event { WallTime = number, FileVersion = "brain.Event:2" });

            // Tells a TensorBoard that is running to forget what it read of this run before.
            events.Write(new Event { WallTime = number, Step = 0, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
            foreach (Event one in kept)
            {
                events.Write(one);
            }

            events.Flush();
            File.Move(partial, path, overwrite: true);
            return events;
        }
        catch
        {
            file.Dispose();
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>The event files of a folder, oldest first.</summary>
    public static IReadOnlyList<string> In(string folder) =>
        [.. Directory.EnumerateFiles(folder, Prefix + "*.densecl").OrderBy(NumberOf)];

    /// <summary>The events of a file, up to the first record that is damaged or was cut off.</summary>
    /// <param name="path">The file.</param>
    public static IEnumerable<Event> Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] head = new byte[12], tail = new byte[4];
        while (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
        {
            long length = BinaryPrimitives.ReadInt64LittleEndian(head);
            if (length is < 0 or > MaxRecord || BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)) != Checksum(head.AsSpan(0, 8)))
            {
                yield break;
            }

            byte[] record = new byte[length];
            if (
                file.ReadAtLeast(record, record.Length, throwOnEndOfStream: false) < record.Length
                || file.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false) < tail.Length
                || BinaryPrimitives.ReadUInt32LittleEndian(tail) != Checksum(record))
            {
                yield break;
            }

            yield return Event.Parser.ParseFrom(record);
        }
    }

    /// <summary>Adds an event; <see cref="Flush"/> gives it to readers.</summary>
    public void Write(Event one)
    {
        byte[] record = one.ToByteArray(), head = new byte[12], tail = new byte[4];
        BinaryPrimitives.WriteInt64LittleEndian(head, record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), Checksum(head.AsSpan(0, 8)));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Checksum(record));
        file.Write([.. head, .. record, .. tail]);
    }

    public void Flush() => file.Flush();

    public void Dispose() => file.Dispose();

    /// <summary>CRC-32C, rotated and shifted, as the format wants it for data that contain checksums themselves.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> data) => BitOperations.RotateRight(Crc32C(data), 15) + 0xa282ead8u;

    internal static uint Crc32C(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    private static long NumberOf(string path) =>
        long.TryParse(
            Path.GetFileName(path)[Prefix.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : 0;
}
