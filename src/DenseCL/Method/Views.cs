using DenseCL.Data.Loading;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>Two augmented views of each of N images, as input for the networks.</summary>
/// <param name="QueryImages">(N, channels, size, size) float32, RGB, normalised, contiguous.</param>
/// <param name="KeyImages">(N, channels, size, size), the other view of the same images.</param>
/// <param name="QueryCrops">Where the N query views were cut. Matchings that follow the known crops need them and the health indicators use
/// them; otherwise the array may be empty.</param>
/// <param name="KeyCrops">Where the N key views were cut, under the same conditions.</param>
public sealed record Views(Tensor QueryImages, Tensor KeyImages, CropGeometry[] QueryCrops, CropGeometry[] KeyCrops);
