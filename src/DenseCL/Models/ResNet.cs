using DenseCL.Recipes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>
/// A residual network without its classifier (He et al., CVPR 2016), with torchvision's parameter names and shapes: (N, 3, H, W) images,
/// RGB and normalised, to a feature map (N, <see cref="OutChannels"/>, ⌈H/32⌉, ⌈W/32⌉).
/// </summary>
/// <remarks>
/// A new network holds uninitialised numbers: call <see cref="Initialisation.Initialise"/>
/// or load weights.
/// </remarks>
public sealed class ResNet : nn.Module<Tensor, Tensor>
{
    /// <summary>Input pixels for each position of the feature map, along a side.</summary>
    public const int Stride = 32;

    private readonly Convolution conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;

    /// <summary>Builds the network of the given depth.</summary>
    /// <param name="backbone">Which of the networks.</param>
    public ResNet(BackboneKind backbone)
        : base(nameof(ResNet))
    {
        (bool bottleneck, int[] blocks) = backbone switch
        {
            BackboneKind.Resnet18 => (false, new[] { 2, 2, 2, 2 }),
            BackboneKind.Resnet34 => (false, [3, 4, 6, 3]),
            BackboneKind.Resnet50 => (true, [3, 4, 6, 3]),
            BackboneKind.Resnet101 => (true, [3, 4, 23, 3]),
            BackboneKind.Resnet152 => (true, [3, 8, 36, 3]),
            _ => throw new ArgumentOutOfRangeException(nameof(backbone), backbone, "There is no such backbone."),
        };

        Architecture = backbone;
        OutChannels = bottleneck ? 512 * (int)Bottleneck.Expansion : 512;
        conv1 = new Convolution(3, 64, 7, 2);
        bn1 = nn.BatchNorm2d(64);
        long channels = 64;
        layer1 = Stage(64, blocks[0], 1);
        layer2 = Stage(128, blocks[1], 2);
        layer3 = Stage(256, blocks[2], 2);
        layer4 = Stage(512, blocks[3], 2);
        RegisterComponents();

        Sequential Stage(long width, int count, long stride)
        {
            List<(string, nn.Module<Tensor, Tensor>)> stage = [];
            for (int i = 0; i < count; i++, stride = 1)
            {
                nn.Module<Tensor, Tensor> block = bottleneck ? new Bottleneck(channels, width, stride) : new BasicBlock(channels, width, stride);
                channels = bottleneck ? width * Bottleneck.Expansion : width;
                stage.Add(($"{i}", block));
            }

            return nn.Sequential(stage);
        }
    }

    /// <summary>Which of the networks this is.</summary>
    public BackboneKind Architecture { get; }

    /// <summary>Channels of the feature map: 512 or 2,048.</summary>
    public int OutChannels { get; }

    /// <summary>The side of the feature map of a square image.</summary>
    /// <param name="size">The side of the image in pixels, at least 1.</param>
    public static int MapSide(int size) => (size + Stride - 1) / Stride;

    /// <summary>The feature map of the last stage.</summary>
    /// <param name="input">(N, 3, H, W) float32, RGB, normalised.</param>
    /// <returns>(N, <see cref="OutChannels"/>, ⌈H/32⌉, ⌈W/32⌉)</returns>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = bn1.forward(conv1.forward(input)).relu_();
        x = nn.functional.max_pool2d(x, [3, 3], [2, 2], [1, 1]);
        x = layer1.forward(x);
        x = layer2.forward(x);
        x = layer3.forward(x);
        return layer4.forward(x).MoveToOuterDisposeScope();
    }
}
