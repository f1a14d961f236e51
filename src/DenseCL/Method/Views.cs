using DenseCL.Data.Loading;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>Two augmented views of each of N images, as the networks take them.</summary>
/// <param name="Query">(N, 3, size, size) float32, RGB, normalised, contiguous.</param>
/// <param name="Key">(N, 3, size, size), the other view of the same images.</param>
/// <param name="QueryCrops">Where the N query views were cut; needed by matchings that follow the known crops, used by the health; else may
/// be empty.</param>
/// <param name="KeyCrops">Where the N key views were cut; likewise.</param>
public sealed record Views(Tensor Query, Tensor Key, CropGeometry[] QueryCrops, CropGeometry[] KeyCrops);
