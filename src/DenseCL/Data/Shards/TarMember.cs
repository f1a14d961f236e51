namespace DenseCL.Data.Shards;

/// <summary>A regular file in a tar.</summary>
/// <param name="Name">Its path in the tar.</param>
/// <param name="Offset">Its first byte in the tar.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Read">Reads its first bytes, up to 16 kB; can be called only during the visit.</param>
internal readonly record struct TarMember(string Name, long Offset, long Length, Func<byte[]> Read);
