using DenseCL.Transfer.Options;

namespace DenseCL.Transfer.Features;

/// <summary>
/// How images become the input of a frozen backbone: the short side is resized to 256/224 of <see cref="Size"/>, then the centre is cut
/// out.
/// </summary>
public sealed record FeatureOptions
{
    /// <summary>The side of the square that the network sees, in pixels, 32 … 1024. Default 224; smaller images are enlarged.</summary>
    [Option("Side of the network's input in pixels: the centre of the resized image.", Low = 32, High = 1024, Placeholder = "PIXELS")]
    public int Size
    {
        get;
        init => field = this.Checked(value);
    } = 224;

    /// <summary>Images that the network processes at a time, 1 … 4096. Default 64.</summary>
    /// <remarks>A batch's activations need most of the memory: some 8 MB per image for a ResNet-18 at 224 pixels.</remarks>
    [Option("Images that the network processes at a time.", Low = 1, High = 4096)]
    public int Batch
    {
        get;
        init => field = this.Checked(value);
    } = 64;

    /// <summary>
    /// Threads that decode ahead of the network, each a batch, 1 … 256. Default: one per processor, at most 8. They do not affect the
    /// result.
    /// </summary>
    [Option("Threads that decode; they do not affect the result.", Low = 1, High = 256, Default = "one per processor, at most 8")]
    public int Threads
    {
        get;
        init => field = this.Checked(value);
    } = Math.Clamp(Environment.ProcessorCount, 1, 8);
}
