using DenseCL.Models;
using DenseCL.Models.Backbones;
using Google.Protobuf;
using Onnx;
using static System.FormattableString;
using static Onnx.TensorShapeProto.Types;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>The operators of a backbone, as it describes them itself, from the images to the requested maps.</summary>
internal static class OnnxGraph
{
    /// <summary>Initialisers of the normalisation, (1, channels, 1, 1).</summary>
    public const string Mean = "normalisation.mean";

    /// <inheritdoc cref="Mean"/>
    public const string Std = "normalisation.std";

    /// <summary>The input.</summary>
    public const string Images = "images";

    /// <summary>The graph without its initialisers and name. The values between the operators have the operators' names.</summary>
    public static GraphProto Of(Backbone backbone, OnnxOptions options)
    {
        bool inside = options.Normalisation is not null, all = options.Stages is OnnxStages.All;
        NetworkGraph network = new();
        string x = inside
            ? network.Add("Div", "normalisation.div", [network.Add("Sub", "normalisation.sub", [Images, Mean]), Std])
            : Images;
        IReadOnlyList<BackboneStage> stages = backbone.Entry.Stages;
        string?[] outputs = [.. stages.Index().Select(stage => all ? Invariant($"stage{stage.Index + 1}") : stage.Index == stages.Count - 1 ? "features" : null)];
        backbone.Describe(network, x, outputs);

        string channels = BackboneMetadata.ChannelsOf(backbone.InChannels);
        GraphProto graph = new();
        graph.Input.Add(Value(
            Images,
            inside ? $"{channels}, 0..1." : $"{channels}, 0..1, then less the mean and divided by the standard deviation of each channel.",
            Named("batch"),
            new Dimension { DimValue = backbone.InChannels },
            Named("height"),
            Named("width")));
        graph.Node.Add(network.Operators.Select(Node));
        foreach ((int index, string? output) in outputs.Index())
        {
            if (output is not null)
            {
                graph.Output.Add(Value(
                    output,
                    Invariant($"The map of stage {index + 1}: 1 position for {stages[index].Stride} pixels along a side, rounded up."),
                    Named("batch"),
                    new Dimension { DimValue = stages[index].Channels },
                    Named($"{output}_height"),
                    Named($"{output}_width")));
            }
        }

        return graph;
    }

    /// <summary>An operator as a node.</summary>
    internal static NodeProto Node(NetworkGraph.Operator of) => new()
    {
        OpType = of.Type,
        Name = of.Name,
        Input = { of.Inputs },
        Output = { of.Output },
        Attribute = { of.Attributes.Select(Attribute) },
    };

    private static AttributeProto Attribute((string Name, object Value) of) => of.Value switch
    {
        long[] numbers => new AttributeProto { Name = of.Name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { numbers } },
        long number => new AttributeProto { Name = of.Name, Type = AttributeProto.Types.AttributeType.Int, I = number },
        string word => new AttributeProto { Name = of.Name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(word) },
        float number => new AttributeProto { Name = of.Name, Type = AttributeProto.Types.AttributeType.Float, F = number },
        var other => throw new NotSupportedException($"{of.Name} is of type {other.GetType()}, which no attribute here is."),
    };

    /// <summary>An input or output of float32.</summary>
    internal static ValueInfoProto Value(string name, string words, params ReadOnlySpan<Dimension> dimensions) =>
        Value(name, words, TensorProto.Types.DataType.Float, dimensions);

    /// <summary>An input or output.</summary>
    internal static ValueInfoProto Value(string name, string words, TensorProto.Types.DataType element, params ReadOnlySpan<Dimension> dimensions)
    {
        TensorShapeProto shape = new();
        foreach (Dimension dimension in dimensions)
        {
            shape.Dim.Add(dimension);
        }

        TypeProto.Types.Tensor type = new() { ElemType = (int)element, Shape = shape };
        return new ValueInfoProto { Name = name, DocString = words, Type = new TypeProto { TensorType = type } };
    }

    /// <summary>A size that is free.</summary>
    internal static Dimension Named(string name) => new() { DimParam = name };
}
