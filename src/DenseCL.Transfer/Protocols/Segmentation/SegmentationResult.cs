using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Segmentation;

namespace DenseCL.Transfer.Protocols.Segmentation;

/// <summary>The result of a segmentation.</summary>
/// <param name="Confusion">True against predicted class of all pixels of the test images that count.</param>
/// <param name="ClassNames">(K)</param>
/// <param name="Options">The protocol, its precision chosen.</param>
/// <param name="Seed">The seed of all random numbers.</param>
/// <param name="TrainImages">Number of training images.</param>
/// <param name="TestImages">Number of test images.</param>
/// <param name="Loss">Mean training loss of the last tenth of the steps, in nats.</param>
/// <param name="TrainTime">How long the training took.</param>
/// <param name="TestTime">How long the test took.</param>
public sealed record SegmentationResult(
    ConfusionMatrix Confusion,
    IReadOnlyList<string> ClassNames,
    SegmentationOptions Options,
    ulong Seed,
    int TrainImages,
    int TestImages,
    double Loss,
    TimeSpan TrainTime,
    TimeSpan TestTime);
