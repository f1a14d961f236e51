using System.Globalization;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using Onnx;
using static Onnx.TensorShapeProto.Types;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>The operators of a residual network, as torchvision's names and shapes of its weights tell them; see <see cref="ResNet"/>.</summary>
internal sealed class ResNetGraph
{
    /// <summary>Initialisers of the normalisation, (1, 3, 1, 1).</summary>
    public const string Mean = "normalisation.mean";

    /// <inheritdoc cref="Mean"/>
    public const string Std = "normalisation.std";

    private const string Images = "images";

    private readonly GraphProto graph = new();
    private readonly IReadOnlyDictionary<string, long[]> shapes;

    private ResNetGraph(IReadOnlyDictionary<string, long[]> shapes) => this.shapes = shapes;

    /// <summary>The graph without its initialisers and name. The values between the operators have the operators' names.</summary>
    public static GraphProto Build(IReadOnlyDictionary<string, long[]> shapes, OnnxOptions options)
    {
        ResNetGraph builder = new(shapes);
        builder.Network(options);
        return builder.graph;
    }

    private void Network(OnnxOptions options)
    {
        bool inside = options.Normalisation is not null, all = options.Stages is OnnxStages.All;
        graph.Input.Add(Value(
            Images,
            inside ? "RGB, 0..1." : "RGB, 0..1, then less the mean and divided by the standard deviation of each channel.",
            Named("batch"),
            new Dimension { DimValue = 3 },
            Named("height"),
            Named("width")));
        string x = inside ? Add("Div", "normalisation.div", [Add("Sub", "normalisation.sub", [Images, Mean]), Std]) : Images;
        x = Relu("relu", Norm("bn1", Convolution("conv1", x, 2)));
        x = Add("MaxPool", "maxpool", [x], ("kernel_shape", [3, 3]), ("pads", [1, 1, 1, 1]), ("strides", [2, 2]));
        for (int stage = 1; stage <= 4; stage++)
        {
            string? output = all ? $"stage{stage}" : stage == 4 ? "features" : null;
            x = Stage(stage, x, output);
            if (output is not null)
            {
                graph.Output.Add(Value(
                    output,
                    string.Create(CultureInfo.InvariantCulture, $"The map of stage {stage}: 1 position for {2 << stage} pixels along a side, rounded up."),
                    Named("batch"),
                    new Dimension { DimValue = Channels(stage) },
                    Named($"{output}_height"),
                    Named($"{output}_width")));
            }
        }
    }

    private long Channels(int stage) => shapes[$"layer{stage}.0.bn{Convolutions($"layer{stage}.0")}.weight"][0];

    /// <summary>3 for a bottleneck, 2 for a basic block.</summary>
    private int Convolutions(string block) => shapes.ContainsKey($"{block}.conv3.weight") ? 3 : 2;

    private string Stage(int stage, string x, string? output)
    {
        for (int block = 0; shapes.ContainsKey($"layer{stage}.{block}.conv1.weight"); block++)
        {
            bool last = !shapes.ContainsKey($"layer{stage}.{block + 1}.conv1.weight");
            x = Block($"layer{stage}.{block}", x, stage > 1 && block == 0 ? 2 : 1, last ? output : null);
        }

        return x;
    }

    private string Block(string name, string input, long stride, string? output)
    {
        int count = Convolutions(name), strided = count - 1;
        string x = input;
        for (int i = 1; i <= count; i++)
        {
            x = Norm($"{name}.bn{i}", Convolution($"{name}.conv{i}", x, i == strided ? stride : 1));
            x = i < count ? Relu($"{name}.relu{i}", x) : x;
        }

        string shortcut = shapes.ContainsKey($"{name}.downsample.0.weight")
            ? Norm($"{name}.downsample.1", Convolution($"{name}.downsample.0", input, stride))
            : input;
        return Relu($"{name}.relu", Add("Add", $"{name}.add", [x, shortcut]), output);
    }

    private string Convolution(string name, string x, long stride)
    {
        long side = shapes[$"{name}.weight"][2], pad = side / 2;
        return Add("Conv", name, [x, $"{name}.weight"], ("kernel_shape", [side, side]), ("pads", [pad, pad, pad, pad]), ("strides", [stride, stride]));
    }

    private string Norm(string name, string x)
    {
        Add("BatchNormalization", name, [x, $"{name}.weight", $"{name}.bias", $"{name}.running_mean", $"{name}.running_var"]);
        graph.Node[^1].Attribute.Add(
            new AttributeProto { Name = "epsilon", Type = AttributeProto.Types.AttributeType.Float, F = (float)BatchNorm.Epsilon });
        return name;
    }

    private string Relu(string name, string x, string? output = null)
    {
        Add("Relu", name, [x]);
        return output is null ? name : graph.Node[^1].Output[0] = output;
    }

    private string Add(string type, string name, string[] inputs, params ReadOnlySpan<(string Name, long[] Values)> attributes)
    {
        NodeProto node = new() { OpType = type, Name = name };
        node.Input.Add(inputs);
        node.Output.Add(name);
        foreach ((string attribute, long[] values) in attributes)
        {
            node.Attribute.Add(new AttributeProto { Name = attribute, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } });
        }

        graph.Node.Add(node);
        return name;
    }

    private static ValueInfoProto Value(string name, string words, params ReadOnlySpan<Dimension> dimensions)
    {
        TensorShapeProto shape = new();
        foreach (Dimension dimension in dimensions)
        {
            shape.Dim.Add(dimension);
        }

        TypeProto.Types.Tensor type = new() { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape };
        return new ValueInfoProto { Name = name, DocString = words, Type = new TypeProto { TensorType = type } };
    }

    private static Dimension Named(string name) => new() { DimParam = name };
}
