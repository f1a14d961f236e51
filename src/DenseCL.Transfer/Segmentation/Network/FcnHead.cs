using System.Globalization;
using DenseCL.Compute;
using DenseCL.Models;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>
/// 3×3 convolutions with batch norm and ReLU, then a classifier of each position (Long et al., CVPR 2015, as the paper uses it). Without
/// convolutions it is a linear layer.
/// </summary>
internal sealed class FcnHead : SegmentationHead
{
    // Lists, because modules in fields would be registered under the fields' names.
    private readonly List<(Convolution Convolution, BatchNorm Norm)> layers = [];

    /// <param name="inChannels">Channels of the feature map.</param>
    /// <param name="channels">C, if there are convolutions; the batch-norm kernel needs multiples of 32, and libtorch computes all
    /// others.</param>
    /// <param name="convolutions">How many, at least 0.</param>
    /// <param name="classes">K</param>
    public FcnHead(int inChannels, int channels, int convolutions, int classes)
        : base(nameof(FcnHead), convolutions == 0 ? inChannels : channels, classes)
    {
        for (int i = 0; i < convolutions; i++)
        {
            layers.Add((new Convolution(i == 0 ? inChannels : channels, channels, 3), new BatchNorm(channels)));
            register_module(ConvolutionName(i), layers[i].Convolution);
            register_module(NormName(i), layers[i].Norm);
        }

        RegisterClassifier();
    }

    /// <inheritdoc/>
    protected override Activation Features(IReadOnlyList<Activation> maps, Tape? tape)
    {
        Activation map = maps[^1];
        foreach ((Convolution convolution, BatchNorm norm) in layers)
        {
            map = norm.forward(convolution.forward(map, tape), tape, relu: true);
        }

        return map;
    }

    /// <inheritdoc/>
    protected override string DescribeFeatures(NetworkGraph graph, string prefix, IReadOnlyList<string> maps)
    {
        string map = maps[^1];
        foreach ((int i, (Convolution convolution, BatchNorm norm)) in layers.Index())
        {
            map = convolution.Describe(graph, prefix + ConvolutionName(i), map);
            map = norm.Describe(graph, prefix + NormName(i), map);
            map = graph.Add("Relu", prefix + NormName(i) + ".relu", [map]);
        }

        return map;
    }

    private static string ConvolutionName(int index) => string.Create(CultureInfo.InvariantCulture, $"conv{index + 1}");

    private static string NormName(int index) => string.Create(CultureInfo.InvariantCulture, $"bn{index + 1}");
}
