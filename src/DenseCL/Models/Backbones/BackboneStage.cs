namespace DenseCL.Models.Backbones;

/// <summary>A stage of a backbone: all that is between two strides.</summary>
/// <param name="Channels">C of its map.</param>
/// <param name="Stride">Input pixels for each position of its map, along a side, unless strides become dilation.</param>
public readonly record struct BackboneStage(int Channels, int Stride);
