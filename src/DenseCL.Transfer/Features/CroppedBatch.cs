using DenseCL.Data.Sources;

namespace DenseCL.Transfer.Features;

/// <summary>The centre crops of some images.</summary>
/// <param name="Pixels">(n, Size, Size, channels).</param>
/// <param name="Images">The n images.</param>
internal sealed record CroppedBatch(ReadOnlyMemory<byte> Pixels, IReadOnlyList<ImageEntry> Images);
