using DenseCL.Models.Backbones;
using DenseCL.Recipes.Settings;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>Writes a backbone as an ONNX model, a network that other programs can run. Its weights have torchvision's names.</summary>
/// <remarks>
/// The input <c>images</c> is float32 (batch, channels, height, width); every size except the channels is free. Batch norm is not folded into the
/// convolutions and has its running statistics, so the weights in the file are the backbone's, bit for bit. <c>num_batches_tracked</c> is
/// left out, because it is of no use for inference.
/// </remarks>
internal static class OnnxBackbone
{
    /// <summary>Writes the model under another name and renames it: the old file stays until the new one is on the disk.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="backbone">The backbone, on any device; weights of other types become float32.</param>
    /// <param name="options">Outputs and normalisation.</param>
    /// <param name="metadata">
    /// Notes for <c>metadata_props</c>. What follows from the model itself is added, or replaced: <c>architecture</c>, <c>stem</c>,
    /// <c>stride</c>, <c>channels</c>, <c>normalisation</c>, and <c>mean</c> and <c>std</c> if they are inside. The <c>format</c> and the
    /// checksum of safetensors are left out.
    /// </param>
    /// <exception cref="WeightFileException">The file could not be written, for example because the disk is full; the old one is
    /// unchanged.</exception>
    public static void Write(string path, Backbone backbone, OnnxOptions options, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(metadata);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> weights = backbone.state_dict()
            .Where(entry => !entry.Key.EndsWith(".num_batches_tracked", StringComparison.Ordinal))
            .ToDictionary(StringComparer.Ordinal);
        GraphProto graph = OnnxGraph.Of(backbone, options);
        graph.Name = backbone.Entry.Name;
        if (options.Normalisation is { } data)
        {
            weights[OnnxGraph.Mean] = OfChannels(data.Mean);
            weights[OnnxGraph.Std] = OfChannels(data.Std);
        }

        OnnxWriter.Write(path, Model(backbone, options, metadata), graph, weights);
    }

    private static ModelProto Model(Backbone backbone, OnnxOptions options, IReadOnlyDictionary<string, string> metadata)
    {
        string words = $"{backbone.Entry.Name} without its classifier. "
            + (options.Stages is OnnxStages.All
                ? "One feature map for each stage, 4, 8, 16 and 32"
                : $"One feature map, {Backbone.Stride}")
            + " times smaller than the image, rounded up.";
        return OnnxModel.Of(words, options.OperatorSet, Notes(backbone, options, metadata));
    }

    private static OrderedDictionary<string, string> Notes(
        Backbone backbone,
        OnnxOptions options,
        IReadOnlyDictionary<string, string> metadata)
    {
        OrderedDictionary<string, string> notes = new(metadata, StringComparer.Ordinal);
        foreach ((string key, string value) in BackboneMetadata.Network(backbone.Architecture, backbone.InChannels))
        {
            notes[key] = value;
        }

        notes["normalisation"] = options.Normalisation is null ? "before the network" : "inside the network";
        if (options.Normalisation is { } data)
        {
            notes["channels"] = $"{BackboneMetadata.ChannelsOf(backbone.InChannels)}, 0..1";
            notes["mean"] = BackboneMetadata.Numbers(data.Mean);
            notes["std"] = BackboneMetadata.Numbers(data.Std);
        }

        return notes;
    }

    /// <summary>(1, channels, 1, 1): a number for each channel.</summary>
    internal static Tensor OfChannels(PerChannel values) =>
        tensor(values.Numbers.Select(value => (float)value).ToArray()).reshape(1, values.Numbers.Count, 1, 1);
}
