namespace DenseCL.Transfer.Features;

/// <summary>How images become the inputs of a frozen backbone: the short side resized to 256/224 of <see cref="Size"/>, then the centre of it.</summary>
public sealed record FeatureOptions
{
    /// <summary>The side of the square that the network sees, in pixels, 32 … 1024. Default 224; smaller images are enlarged.</summary>
    public int Size
    {
        get;
        init => field = value is >= 32 and <= 1024
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Size must be 32 … 1024 pixels; 224 is the default.");
    } = 224;

    /// <summary>Images that go through the network at a time, 1 … 4096. Default 64.</summary>
    /// <remarks>A batch's activations take the memory: some 8 MB an image for a ResNet-18 at 224 pixels.</remarks>
    public int Batch
    {
        get;
        init => field = value is >= 1 and <= 4096
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Batch must be 1 … 4096 images; 64 is the default.");
    } = 64;

    /// <summary>Threads that decode ahead of the network, each a batch, 1 … 256. Default: one a processor, 8 at most. Without influence on any number.</summary>
    public int Threads
    {
        get;
        init => field = value is >= 1 and <= 256
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Threads must be 1 … 256.");
    } = Math.Clamp(Environment.ProcessorCount, 1, 8);
}
