using DenseCL.Models;
using DenseCL.Transfer.Segmentation.Network;
using DenseCL.Weights;
using DenseCL.Weights.Formats.Onnx;
using Onnx;
using TorchSharp;
using static Onnx.TensorShapeProto.Types;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Models;

/// <summary>
/// Writes a segmentation model as an ONNX model: from images of any size and number to the logits or the class of each of their pixels.
/// </summary>
/// <remarks>
/// All that the evaluation does to a whole image is inside: it is resized if the protocol says so, and the logits are enlarged to its own
/// size. As in training, the pixels that are resized have 8 bits; for a network that does not normalise, they are computed back.
/// </remarks>
internal static class OnnxSegmentation
{
    private const long Double = (long)TensorProto.Types.DataType.Double;
    private const long Int64 = (long)TensorProto.Types.DataType.Int64;

    /// <summary>Writes the model under another name and renames it.</summary>
    /// <exception cref="WeightFileException">The file could not be written; the old one is unchanged.</exception>
    public static void Write(string path, SegmentationModel model, ModelExportOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        NetworkGraph network = new();
        string output = Describe(network, model, options);
        GraphProto graph = Graph(network, model, options, output);
        HashSet<string> used = [.. network.Operators.SelectMany(of => of.Inputs)];
        Dictionary<string, Tensor> weights = model.Network.State.Where(entry => used.Contains(entry.Key)).ToDictionary(StringComparer.Ordinal);
        if (used.Contains(OnnxGraph.Mean))
        {
            weights[OnnxGraph.Mean] = OnnxBackbone.OfChannels(model.Reading.Mean);
            weights[OnnxGraph.Std] = OnnxBackbone.OfChannels(model.Reading.Std);
        }

        OnnxWriter.Write(path, OnnxModel.Of(Words(model, options), options.OperatorSet, Notes(model, options)), graph, weights);
    }

    private static string Describe(NetworkGraph graph, SegmentationModel model, ModelExportOptions options)
    {
        string own = GraphResize.SizeOf(graph, "own", OnnxGraph.Images), size = own, x = OnnxGraph.Images;
        if (model.Options.ShortSide is { } side)
        {
            size = Size(graph, own, side);
            x = Normalised(graph, Resized(graph, options.Normalise ? x : Pixels(graph, x), own, size));
        }
        else if (options.Normalise)
        {
            x = Normalised(graph, x);
        }

        string logits = Enlarged(graph, "enlarged", model.Network.Describe(graph, x), size);
        if (size != own)
        {
            logits = Enlarged(graph, "enlarged.own", logits, own);
        }

        if (options.Argmax)
        {
            graph.Add("ArgMax", "classes", [logits], ("axis", 1L), ("keepdims", 0L));
            return "classes";
        }

        return graph.RenameLast("logits");
    }

    private static string Normalised(NetworkGraph graph, string pixels) =>
        graph.Add("Div", "normalisation.div", [graph.Add("Sub", "normalisation.sub", [pixels, OnnxGraph.Mean]), OnnxGraph.Std]);

    private static string Pixels(NetworkGraph graph, string normalised) =>
        graph.Add("Add", "denormalised", [graph.Add("Mul", "denormalised.mul", [normalised, OnnxGraph.Std]), OnnxGraph.Mean]);

    /// <summary>(2) int64: height and width after the shorter side became so many pixels; as <c>SegmentationCrop.Resized</c>.</summary>
    private static string Size(NetworkGraph graph, string own, int side)
    {
        string shorter = graph.Add("Cast", "size.shorter", [graph.Add("ReduceMin", "size.shorter.whole", [own])], ("to", Double));
        string scale = graph.Add("Div", "size.scale", [Number("size.side", side), shorter]);
        string exact = graph.Add("Mul", "size.exact", [graph.Add("Cast", "size.own", [own], ("to", Double)), scale]);
        string rounded = graph.Add("Floor", "size.rounded", [graph.Add("Add", "size.raised", [exact, Number("size.half", 0.5f)])]);
        return graph.Add("Cast", "size", [graph.Add("Max", "size.least", [rounded, Number("size.one", 1)])], ("to", Int64));

        string Number(string name, float value) => GraphResample.Number(graph, name, value);
    }

    /// <summary>Pixels 0 … 1 → their 8-bit levels, resized as in training → 0 … 1.</summary>
    private static string Resized(NetworkGraph graph, string pixels, string own, string size)
    {
        string brightest = Number("levels.brightest", 255f);
        string round = graph.Add("Round", "levels.round", [graph.Add("Mul", "levels.exact", [pixels, brightest])]);
        string levels = graph.Add("Clip", "levels", [round, Number("levels.darkest", 0f), brightest]);
        return graph.Add("Div", "pixels", [GraphResample.Add(graph, levels, own, size), brightest]);

        string Number(string name, float value) => graph.Add("Constant", name, [], ("value_float", value));
    }

    private static string Enlarged(NetworkGraph graph, string name, string logits, string size) =>
        GraphResize.Sized(graph, name, logits, size, ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel"));

    private static GraphProto Graph(NetworkGraph network, SegmentationModel model, ModelExportOptions options, string output)
    {
        string channels = BackboneMetadata.ChannelsOf(model.Reading.Channels);
        GraphProto graph = new() { Name = "segmentation" };
        graph.Input.Add(OnnxGraph.Value(
            OnnxGraph.Images,
            options.Normalise ? $"{channels}, 0..1." : $"{channels}, 0..1, then less the mean and divided by the standard deviation of each channel.",
            OnnxGraph.Named("batch"),
            new Dimension { DimValue = model.Reading.Channels },
            OnnxGraph.Named("height"),
            OnnxGraph.Named("width")));
        graph.Node.Add(network.Operators.Select(OnnxGraph.Node));
        graph.Output.Add(options.Argmax
            ? OnnxGraph.Value(output, "The class of each pixel.", TensorProto.Types.DataType.Int64, OnnxGraph.Named("batch"), OnnxGraph.Named("height"), OnnxGraph.Named("width"))
            : OnnxGraph.Value(output, "The logits of each pixel.", OnnxGraph.Named("batch"), new Dimension { DimValue = model.ClassNames.Count }, OnnxGraph.Named("height"), OnnxGraph.Named("width")));
        return graph;
    }

    private static string Words(SegmentationModel model, ModelExportOptions options) => FormattableString.Invariant(
        $"Semantic segmentation into {model.ClassNames.Count} classes. {(options.Argmax ? "The class" : "The logits")} of each pixel, at the image's own size.");

    private static Dictionary<string, string> Notes(SegmentationModel model, ModelExportOptions options)
    {
        Dictionary<string, string> notes = model.Notes.ToMetadata();
        notes["normalisation"] = options.Normalise ? "inside the network" : "before the network";
        notes["channels"] = $"{BackboneMetadata.ChannelsOf(model.Reading.Channels)}, 0..1{(options.Normalise ? "" : " before normalisation")}";
        notes["output"] = options.Argmax ? "classes" : "logits";
        return notes;
    }
}
