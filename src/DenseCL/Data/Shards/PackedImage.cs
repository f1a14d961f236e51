using System.Buffers;
using DenseCL.Images;

namespace DenseCL.Data.Shards;

/// <summary>An image as it is written to a shard, or the reason why it is not.</summary>
/// <param name="Buffer">Its bytes, in an array of the shared pool.</param>
/// <param name="Length">The number of bytes.</param>
/// <param name="Extension">The extension of its member, without the dot.</param>
/// <param name="Header">Its size.</param>
/// <param name="Original">The size of the image that it was made from.</param>
/// <param name="Refusal">Why it is not packed; null if it is.</param>
internal sealed record PackedImage(byte[] Buffer, int Length, string Extension, ImageHeader Header, ImageHeader Original, string? Refusal)
    : IDisposable
{
    public static PackedImage Unusable(string reason) => new([], 0, "", default, default, reason);

    public void Dispose() => ArrayPool<byte>.Shared.Return(Buffer);
}
