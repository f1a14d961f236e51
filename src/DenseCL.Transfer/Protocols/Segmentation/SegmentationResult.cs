using DenseCL.Transfer.Measures;
namespace DenseCL.Transfer.Protocols.Segmentation;

/// <summary>What came of a segmentation.</summary>
/// <param name="Confusion">True against predicted class of all pixels of the test images that count.</param>
/// <param name="ClassNames">(K)</param>
/// <param name="Options">The protocol, its precision chosen.</param>
/// <param name="Seed">From which everything random was derived.</param>
/// <param name="TrainImages">Images learned from.</param>
/// <param name="TestImages">Images measured on.</param>
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
