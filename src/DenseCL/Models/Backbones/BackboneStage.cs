namespace DenseCL.Models.Backbones;

/// <summary>A stage of a backbone: the blocks that make a map of one stride.</summary>
/// <param name="Channels">C of its map.</param>
/// <param name="Stride">Input pixels per position of its map, along a side, unless strides become dilation.</param>
public readonly record struct BackboneStage(int Channels, int Stride);
