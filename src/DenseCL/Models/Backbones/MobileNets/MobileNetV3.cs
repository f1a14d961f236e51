using System.Globalization;
using DenseCL.Compute;
using DenseCL.Recipes;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models.Backbones.MobileNets;

/// <summary>
/// MobileNetV3-Large without its classifier (Howard et al., ICCV 2019, table 1): torchvision's <c>mobilenet_v3_large().features</c>.
/// </summary>
/// <remarks>
/// If a stride is replaced to get a finer map, the depthwise convolutions of that stage and of the following ones are dilated, including
/// its first one. torchvision's <c>mobilenet_v3_large(dilated=True)</c> does the same; it is this network at output stride 16.
/// </remarks>
internal sealed class MobileNetV3 : Backbone
{
    private const int StemChannels = 16;

    // A stage ends before the next stride.
    private static readonly MobileRow[][] Large =
    [
        [
            new(3, 16, 16, false, Nonlinearity.Relu, 1),
            new(3, 64, 24, false, Nonlinearity.Relu, 2),
            new(3, 72, 24, false, Nonlinearity.Relu, 1),
        ],
        [
            new(5, 72, 40, true, Nonlinearity.Relu, 2),
            new(5, 120, 40, true, Nonlinearity.Relu, 1),
            new(5, 120, 40, true, Nonlinearity.Relu, 1),
        ],
        [
            new(3, 240, 80, false, Nonlinearity.Hardswish, 2),
            new(3, 200, 80, false, Nonlinearity.Hardswish, 1),
            new(3, 184, 80, false, Nonlinearity.Hardswish, 1),
            new(3, 184, 80, false, Nonlinearity.Hardswish, 1),
            new(3, 480, 112, true, Nonlinearity.Hardswish, 1),
            new(3, 672, 112, true, Nonlinearity.Hardswish, 1),
        ],
        [
            new(5, 672, 160, true, Nonlinearity.Hardswish, 2),
            new(5, 960, 160, true, Nonlinearity.Hardswish, 1),
            new(5, 960, 160, true, Nonlinearity.Hardswish, 1),
        ],
    ];

    private static readonly BackboneNames MobileNetNames = new()
    {
        First = "features.0.0.weight",
        Later = "features.1.block.0.0.weight",
        Children = new Dictionary<string, string>(StringComparer.Ordinal) { ["features"] = "0" },
        Blocks = has => BlocksOf(Enumerable.Range(1, 100).TakeWhile(block => has($"features.{block}.block.0.0.weight")).Count()),
        Unknown = "not the 15 of MobileNetV3-Large",
    };

    private readonly ModuleList<Block> features;

    private MobileNetV3(int outputStride, int inChannels)
        : base(BackboneKind.MobilenetV3Large, outputStride, inChannels)
    {
        List<Block> blocks = [new ConvolutionUnit(inChannels, StemChannels, 3, Nonlinearity.Hardswish, stride: 2)];
        List<(string Name, Block Block)[]> stages = [];
        long channels = StemChannels, current = 2, dilation = 1;        // the state of the map before the next block
        foreach (MobileRow[] rows in Large)
        {
            int first = blocks.Count;
            foreach (MobileRow row in rows)
            {
                (current, dilation) =
                    current * row.Stride > outputStride ? (current, dilation * row.Stride) : (current * row.Stride, dilation);
                blocks.Add(new InvertedResidual(channels, row, dilation));
                channels = row.Channels;
            }

            if (rows == Large[^1])
            {
                blocks.Add(new ConvolutionUnit(channels, Widest, 1, Nonlinearity.Hardswish));
            }

            stages.Add(
                [.. blocks.Index().Skip(first).Select(block => (FormattableString.Invariant($"features.{block.Index}"), block.Item))]);
        }

        features = nn.ModuleList([.. blocks]);
        RegisterComponents();
        StageBlocks = stages;
    }

    /// <summary>The catalogue's entry.</summary>
    public static BackboneEntry LargeEntry { get; } = new(
        BackboneKind.MobilenetV3Large,
        stem: "3x3 stride 2",
        stages: [new(24, 4), new(40, 8), new(112, 16), new((int)Widest, 32)],
        build: (outputStride, channels) => new MobileNetV3(outputStride, channels),
        MobileNetNames,
        BlocksOf(Large.Sum(rows => rows.Length)));

    private protected override IReadOnlyList<IReadOnlyList<(string Name, Block Block)>> StageBlocks { get; }

    // The 1×1 convolution after the last block has six times that block's channels.
    private static long Widest => 6 * Large[^1][^1].Channels;

    private protected override Activation Stem(Activation images, Tape? tape) => features[0].forward(images, tape);

    private protected override string DescribeStem(NetworkGraph graph, string images) => features[0].Describe(graph, "features.0", images);

    private static string BlocksOf(int count) =>
        string.Create(CultureInfo.InvariantCulture, $"number of inverted residual blocks is {count}");
}
