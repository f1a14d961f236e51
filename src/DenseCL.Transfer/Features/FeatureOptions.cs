using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Features;

/// <summary>
/// How images become the inputs of a frozen backbone: the short side resized to 256/224 of <see cref="Size"/>, then the centre of it.
/// </summary>
public sealed record FeatureOptions
{
    /// <summary>The side of the square that the network sees, in pixels, 32 … 1024. Default 224; smaller images are enlarged.</summary>
    [Option("Side of what the network sees, in pixels: the centre of the image, resized.", Low = 32, High = 1024, Placeholder = "PIXELS")]
    public int Size
    {
        get;
        init => field = this.Checked(value);
    } = 224;

    /// <summary>Images that go through the network at a time, 1 … 4096. Default 64.</summary>
    /// <remarks>A batch's activations take the memory: some 8 MB an image for a ResNet-18 at 224 pixels.</remarks>
    [Option("Images that go through the network at a time.", Low = 1, High = 4096)]
    public int Batch
    {
        get;
        init => field = this.Checked(value);
    } = 64;

    /// <summary>
    /// Threads that decode ahead of the network, each a batch, 1 … 256. Default: one a processor, 8 at most. Without influence on any
    /// number.
    /// </summary>
    [Option("Threads that decode; without influence on the result.", Low = 1, High = 256, Default = "one a processor, at most 8")]
    public int Threads
    {
        get;
        init => field = this.Checked(value);
    } = Math.Clamp(Environment.ProcessorCount, 1, 8);
}
