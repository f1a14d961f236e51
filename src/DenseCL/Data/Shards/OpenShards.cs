using DenseCL.Data.Sources;
using DenseCL.Images;
using Microsoft.Win32.SafeHandles;

namespace DenseCL.Data.Shards;

/// <summary>
/// Opens images, and keeps their shards open. An image then costs one read; its file need not be opened on a network disk each time.
/// </summary>
internal sealed class OpenShards : IDisposable
{
    private const int Most = 128;

    private readonly Lock guard = new();
    private readonly Dictionary<string, Shard> shards = new(StringComparer.Ordinal);
    private long uses;

    /// <summary>Opens an image; can be called from any thread.</summary>
    /// <param name="entry">The image.</param>
    /// <param name="limits">The limits within which it is used.</param>
    /// <exception cref="ImageException">It is empty, too large, or cannot be opened.</exception>
    public ImageFile Open(in ImageEntry entry, ImageLimits limits)
    {
        // Checked without opening it: a named pipe has no length either, and opening one waits for ever.
        if (entry.Length == 0) throw new ImageException("empty file");
        if (entry.Shard is null) return ImageFile.Open(entry.Path, limits);

        limits.CheckBytes(entry.Length);
        Lease lease = Rent(entry.Shard);
        return ImageFile.Within(lease.Handle, entry.Offset, (int)entry.Length, lease);
    }

    /// <summary>Reads a part of a shard.</summary>
    /// <returns>How many bytes were read.</returns>
    /// <exception cref="ImageException">The shard cannot be read.</exception>
    public int Read(string path, long start, Memory<byte> into)
    {
        using Lease lease = Rent(path);
        return ImageFile.Read(lease.Handle, start, into);
    }

    /// <summary>Closes the shards; those in use are closed as soon as they are no longer used.</summary>
    public void Dispose()
    {
        lock (guard)
        {
            foreach (string path in shards.Keys.ToArray())
                Close(path);
        }
    }

    private Lease Rent(string path)
    {
        lock (guard)
        {
            if (shards.TryGetValue(path, out Shard? open)) return new Lease(this, open.Used(++uses));
        }

        // Not inside the lock: on a network disk the other threads would wait too.
        SafeFileHandle handle = ImageFile.Guard(() => File.OpenHandle(path));
        lock (guard)
        {
            if (shards.TryGetValue(path, out Shard? other))
            {
                handle.Dispose();
                return new Lease(this, other.Used(++uses));
            }

            if (shards.Count >= Most) Close(shards.MinBy(s => s.Value.LastUse).Key);

            var shard = new Shard(handle);
            shards.Add(path, shard);
            return new Lease(this, shard.Used(++uses));
        }
    }

    private void Close(string path)
    {
        shards.Remove(path, out Shard? shard);
        shard!.Close();
    }

    private void Return(Shard shard)
    {
        lock (guard)
            shard.Unused();
    }

    /// <summary>An open shard; all members are protected by the lock.</summary>
    private sealed class Shard(SafeFileHandle handle)
    {
        private int users;
        private bool closed;

        public SafeFileHandle Handle => handle;

        public long LastUse { get; private set; }

        public Shard Used(long time)
        {
            (LastUse, users) = (time, users + 1);
            return this;
        }

        public void Unused()
        {
            if (--users == 0 && closed) handle.Dispose();
        }

        public void Close()
        {
            closed = true;
            if (users == 0) handle.Dispose();
        }
    }

    private sealed class Lease(OpenShards from, Shard shard) : IDisposable
    {
        public SafeFileHandle Handle => shard.Handle;

        public void Dispose() => from.Return(shard);
    }
}
