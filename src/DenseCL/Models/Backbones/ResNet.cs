using DenseCL.Compute;
using DenseCL.Recipes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models.Backbones;

/// <summary>
/// A residual network without its classifier (He et al., CVPR 2016), with torchvision's parameter names and shapes: (N, 3, H, W) images,
/// RGB and normalised, to a feature map (N, <see cref="OutChannels"/>, ⌈H/s⌉, ⌈W/s⌉), s being <see cref="OutputStride"/>.
/// </summary>
/// <remarks>
/// A new network holds uninitialised numbers: call <see cref="Initialisation.Initialise"/>
/// or load weights.
/// </remarks>
public sealed class ResNet : nn.Module<Tensor, Tensor>
{
    /// <summary>Input pixels for each position of the feature map, along a side, unless strides become dilation.</summary>
    public const int Stride = 32;

    private readonly Convolution conv1;
    private readonly BatchNorm bn1;
    private readonly ModuleList<ResidualBlock> layer1;
    private readonly ModuleList<ResidualBlock> layer2;
    private readonly ModuleList<ResidualBlock> layer3;
    private readonly ModuleList<ResidualBlock> layer4;

    /// <summary>Builds the network of the given depth.</summary>
    /// <param name="backbone">Which of the networks.</param>
    /// <param name="outputStride">
    /// 32; or 16 or 8 for dense prediction: the last one or two strides become dilation. The weights are the same, the finer map costs about 1.7 or
    /// 5 times the arithmetic.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network or stride.</exception>
    public ResNet(BackboneKind backbone, int outputStride = Stride)
        : base(nameof(ResNet))
    {
        OutputStride = outputStride is 8 or 16 or Stride
            ? outputStride
            : throw new ArgumentOutOfRangeException(nameof(outputStride), outputStride, "The output stride must be 8, 16 or 32.");
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
        bn1 = new BatchNorm(64);
        long channels = 64, current = 4, dilation = 1;      // of the map before the next block
        layer1 = Stage(64, blocks[0], 1);
        layer2 = Stage(128, blocks[1], 2);
        layer3 = Stage(256, blocks[2], 2);
        layer4 = Stage(512, blocks[3], 2);
        RegisterComponents();

        ModuleList<ResidualBlock> Stage(long width, int count, long stride)
        {
            long before = dilation;
            if (current * stride > outputStride)
            {
                (dilation, stride) = (dilation * stride, 1);
            }

            current *= stride;
            List<ResidualBlock> stage = [];
            for (int i = 0; i < count; i++, stride = 1, before = dilation)
            {
                Dilation apart = new(before, dilation);
                stage.Add(bottleneck ? new Bottleneck(channels, width, stride, apart) : new BasicBlock(channels, width, stride, apart));
                channels = bottleneck ? width * Bottleneck.Expansion : width;
            }

            return nn.ModuleList([.. stage]);
        }
    }

    /// <summary>Which of the networks this is.</summary>
    public BackboneKind Architecture { get; }

    /// <summary>Channels of the feature map: 512 or 2,048.</summary>
    public int OutChannels { get; }

    /// <summary>Channels of the maps of the four stages, such as 64, 128, 256 and 512.</summary>
    public IReadOnlyList<int> StageChannels => [OutChannels / 8, OutChannels / 4, OutChannels / 2, OutChannels];

    /// <summary>Input pixels for each position of the last feature map, along a side: 8, 16 or 32.</summary>
    public int OutputStride { get; }

    /// <summary>The feature map of the last stage. Gradients are libtorch's; in <see cref="torch.no_grad"/> it is faster.</summary>
    /// <param name="input">(N, 3, H, W) float32 or bfloat16, which is then the type of all that is computed; RGB, normalised.</param>
    /// <returns>(N, <see cref="OutChannels"/>, ⌈H/s⌉, ⌈W/s⌉), channels-last in memory</returns>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Stages(input)[^1].MoveToOuterDisposeScope();
    }

    /// <summary>The feature maps of all four stages, the finest first, likewise.</summary>
    /// <param name="input">(N, 3, H, W) float32 or bfloat16; RGB, normalised.</param>
    /// <returns>Of strides 4, 8, 16 and 32, or at most <see cref="OutputStride"/>: (N, <see cref="StageChannels"/>, ⌈H/s⌉, ⌈W/s⌉).</returns>
    public IReadOnlyList<Tensor> Stages(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using DisposeScope scope = NewDisposeScope();
        Activation images = new(input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), needsGradient: false);
        return [.. Stages(images, tape: null).Select(stage => stage.Value.MoveToOuterDisposeScope())];
    }

    /// <summary>The same, for the backward pass that the tape notes.</summary>
    internal Activation forward(Activation images, Tape? tape) => Stages(images, tape)[^1];

    /// <inheritdoc cref="forward(Activation, Tape?)"/>
    internal Activation[] Stages(Activation images, Tape? tape)
    {
        Activation x = Stem(images, tape);
        List<Activation> stages = [];
        foreach (ModuleList<ResidualBlock> layer in new[] { layer1, layer2, layer3, layer4 })
        {
            foreach (ResidualBlock block in layer)
            {
                using DisposeScope? scope = tape is null ? NewDisposeScope() : null;    // a tape knows when an activation has had its last use
                Activation input = x;
                x = block.forward(input, tape);
                if (scope is not null)
                {
                    x.Value.MoveToOuterDisposeScope();
                    if (!stages.Contains(input))
                    {
                        input.Value.Dispose();
                    }
                }
            }

            stages.Add(x);
        }

        return [.. stages];
    }

    private Activation Stem(Activation images, Tape? tape)
    {
        using DisposeScope? scope = tape is null ? NewDisposeScope() : null;
        Activation x = bn1.forward(conv1.forward(images, tape), tape, relu: true);
        if (tape is not null)
        {
            return tape.Apply([x], [], x.Value.dtype, (input, _) => Pool(input[0]));
        }

        return new Activation(Pool(x.Value).MoveToOuterDisposeScope());

        static Tensor Pool(Tensor map) => nn.functional.max_pool2d(map, [3, 3], [2, 2], [1, 1]);
    }
}
