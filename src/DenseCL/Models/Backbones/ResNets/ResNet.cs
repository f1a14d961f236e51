using System.Globalization;
using DenseCL.Compute;
using DenseCL.Recipes;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models.Backbones.ResNets;

/// <summary>A residual network (He et al., CVPR 2016), as torchvision builds it.</summary>
internal sealed class ResNet : Backbone
{
    private static readonly BackboneNames ResNetNames = new()
    {
        First = "conv1.weight",
        Later = "layer1.0.conv1.weight",
        Children = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["conv1"] = "0",
            ["bn1"] = "1",
            ["layer1"] = "4",
            ["layer2"] = "5",
            ["layer3"] = "6",
            ["layer4"] = "7",
        },
        Detectron2 = Detectron2Names.FromTorchvision,
        Shared = true,
        Blocks = has =>
            BlocksOf(
                has("layer1.0.conv3.weight"),
                Enumerable
                    .Range(1, 4)
                    .Select(stage => Enumerable.Range(0, 100).TakeWhile(block => has($"layer{stage}.{block}.conv1.weight")).Count())),
        Unknown = "none of ResNet-18, 34, 50, 101 and 152",
    };

    private readonly Convolution conv1;
    private readonly BatchNorm bn1;
    private readonly ModuleList<Block> layer1;
    private readonly ModuleList<Block> layer2;
    private readonly ModuleList<Block> layer3;
    private readonly ModuleList<Block> layer4;

    private ResNet(BackboneKind architecture, bool bottleneck, int[] blocks, int outputStride, int inChannels)
        : base(architecture, outputStride, inChannels)
    {
        conv1 = new Convolution(inChannels, 64, 7, 2);
        bn1 = new BatchNorm(64);
        long channels = 64, current = 4, dilation = 1;      // the state of the map before the next block
        layer1 = Stage(64, blocks[0], 1);
        layer2 = Stage(128, blocks[1], 2);
        layer3 = Stage(256, blocks[2], 2);
        layer4 = Stage(512, blocks[3], 2);
        RegisterComponents();
        StageBlocks = [.. new[] { layer1, layer2, layer3, layer4 }.Select((layer, i) =>
            layer.Select((block, j) => (string.Create(CultureInfo.InvariantCulture, $"layer{i + 1}.{j}"), block)).ToArray())];

        ModuleList<Block> Stage(long width, int count, long stride)
        {
            long before = dilation;
            if (current * stride > outputStride)
            {
                (dilation, stride) = (dilation * stride, 1);
            }

            current *= stride;
            List<Block> stage = [];
            for (int i = 0; i < count; i++, stride = 1, before = dilation)
            {
                Dilation apart = new(before, dilation);
                stage.Add(bottleneck ? new Bottleneck(channels, width, stride, apart) : new BasicBlock(channels, width, stride, apart));
                channels = bottleneck ? width * Bottleneck.Expansion : width;
            }

            return nn.ModuleList([.. stage]);
        }
    }

    private protected override IReadOnlyList<IReadOnlyList<(string Name, Block Block)>> StageBlocks { get; }

    /// <summary>The catalogue's entry of a residual network.</summary>
    /// <param name="kind">The network.</param>
    /// <param name="bottleneck">Whether its blocks have three convolutions and four times the channels; otherwise two convolutions.</param>
    /// <param name="blocks">How many there are in each of the four stages.</param>
    public static BackboneEntry EntryOf(BackboneKind kind, bool bottleneck, params int[] blocks)
    {
        int expansion = bottleneck ? (int)Bottleneck.Expansion : 1;
        return new BackboneEntry(
            kind,
            stem: "7x7 stride 2, 3x3 max pool stride 2",
            stages: [new(64 * expansion, 4), new(128 * expansion, 8), new(256 * expansion, 16), new(512 * expansion, 32)],
            build: (outputStride, channels) => new ResNet(kind, bottleneck, blocks, outputStride, channels),
            ResNetNames,
            BlocksOf(bottleneck, blocks));
    }

    private protected override Activation Stem(Activation images, Tape? tape)
    {
        Activation x = bn1.forward(conv1.forward(images, tape), tape, relu: true);
        return tape is null ? new Activation(Pool(x.Value)) : tape.Apply([x], [], x.Value.dtype, (input, _) => Pool(input[0]));

        static Tensor Pool(Tensor map) => nn.functional.max_pool2d(map, [3, 3], [2, 2], [1, 1]);
    }

    private protected override string DescribeStem(NetworkGraph graph, string images)
    {
        string x = graph.Add("Relu", "relu", [bn1.Describe(graph, "bn1", conv1.Describe(graph, "conv1", images))]);
        return graph.Add(
            "MaxPool",
            "maxpool",
            [x],
            ("kernel_shape", new long[] { 3, 3 }),
            ("pads", new long[] { 1, 1, 1, 1 }),
            ("strides", new long[] { 2, 2 }));
    }

    private static string BlocksOf(bool bottleneck, IEnumerable<int> blocks) =>
        $"{(bottleneck ? "bottleneck" : "basic")} blocks are {string.Join(", ", blocks)} in the four stages";
}
