using DenseCL.Compute;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>
/// Converts 8-bit pixels to the networks' input: (x / 255 − mean) / std. Training and evaluation use the same code.
/// </summary>
public sealed class PixelNormalisation : IDisposable
{
    private readonly Tensor mean;
    private readonly Tensor std;
    private readonly int channels;
    private readonly Device device;
    private readonly ScalarType type;

    /// <summary>The normalisation of a recipe.</summary>
    /// <param name="data">Mean and standard deviation of each channel, of pixels scaled to 0 … 1.</param>
    /// <param name="device">The device of the tensors.</param>
    /// <param name="type">float32 or bfloat16.</param>
    /// <exception cref="InvalidOperationException">There is not one number for each channel.</exception>
    public PixelNormalisation(DataOptions data, Device device, ScalarType type = ScalarType.Float32)
    {
        ArgumentNullException.ThrowIfNull(data);
        (this.device, this.type) = (device, type);
        channels = data.Channels;
        using DisposeScope scope = NewDisposeScope();
        mean = PerChannel(data.Mean);
        std = PerChannel(data.Std);

        Tensor PerChannel(PerChannel values) => values.Numbers.Count == channels
            ? torch
                .tensor(values.Numbers.Select(value => (float)value).ToArray(), device: device)
                .Times(255)
                .DetachFromDisposeScope()
            : throw new InvalidOperationException(
                $"There are {values.Numbers.Count} means or deviations for {channels} channels: measure them first (Survey.Measured).");
    }

    /// <summary>Normalises N images of one size.</summary>
    /// <param name="pixels">(N, height, width, channels): red green blue, or as many channels as the recipe says; 8 bits.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <returns>(N, channels, height, width), channels-last in memory.</returns>
    public Tensor Apply(ReadOnlySpan<byte> pixels, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor bytes = empty([pixels.Length / (height * width * channels), height, width, channels], ScalarType.Byte);
        pixels.CopyTo(bytes.bytes);
        return bytes
            .to(device)
            .to_type(ScalarType.Float32)
            .sub_(mean)
            .div_(std)
            .to_type(type)
            .permute(0, 3, 1, 2)
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        mean.Dispose();
        std.Dispose();
    }
}
