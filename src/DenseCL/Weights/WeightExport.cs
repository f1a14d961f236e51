using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.Detectron2;
using DenseCL.Weights.Formats.Onnx;
using DenseCL.Weights.Formats.PyTorch;
using DenseCL.Weights.Formats.Safetensors;
using DenseCL.Weights.Tensors.Naming;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Weights;

/// <summary>Exports weights from any source for another program.</summary>
public static class WeightExport
{
    private const string StateDict = "state_dict";

    /// <summary>Reads weights and writes them in another format and naming.</summary>
    /// <param name="source">A run folder, or a weight file of any format.</param>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="options">The settings of the exported file.</param>
    /// <returns>What was loaded from the source, with notes.</returns>
    /// <exception cref="WeightFileException">The options cannot be combined, the source cannot be read or lacks what is requested, or the
    /// file cannot be written.</exception>
    public static LoadReport Write(string source, string path, ExportOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using DisposeScope scope = NewDisposeScope();
        using WeightFile file = BackboneFile.Open(source, whole: options.Heads);
        NamedWeights weights = NamedWeights.Find(file);
        WeightLoading loading = new(weights);
        BackboneKind architecture = weights.Architecture;
        BackboneEntry entry = BackboneCatalogue.Of(architecture);
        if (options.Format == WeightFormat.Detectron2 && entry.Names.Detectron2 is null)
        {
            throw new WeightFileException(
                $"{source} holds {entry.Name}, and Detectron2 has no such network: choose safetensors, pytorch or onnx as the format.");
        }

        if (options.Naming != WeightNaming.Torchvision && !entry.Names.Shared)
        {
            throw new WeightFileException(
                $"{source} holds {entry.Name}, and OpenMMLab's network of that kind is another one, with other names and padding: "
                    + "leave --naming out, and load the file into torchvision's.");
        }

        using Backbone backbone = Backbone.Create(architecture, channels: weights.Channels);
        BackboneFile.LoadBackbone(loading, weights, backbone, partial: false);
        Dictionary<string, string> metadata = BackboneMetadata.Of(architecture, backbone.InChannels, file, out bool assumed);
        if (assumed)
        {
            loading.Notes.Add(
                "The source does not say with which mean and standard deviation its images were normalised: "
                + (backbone.InChannels == DataOptions.Rgb ? "ImageNet's are written." : "none are written."));
        }

        List<(string Ours, Tensor Tensor)> tensors = [.. backbone.state_dict().Select(entry => (Part.Backbone + entry.Key, entry.Value))];
        if (options.Heads)
        {
            tensors.AddRange(Others(loading, weights));
        }

        backbone.eval();
        Write(path, options, backbone, tensors, metadata);
        return loading.Report();
    }

    private static (string Ours, Tensor Tensor)[] Others(WeightLoading loading, NamedWeights weights)
    {
        (string Ours, Tensor Tensor)[] others = [.. loading.Read()];
        return others.Any(t => t.Ours.StartsWith(Part.GlobalHead, StringComparison.Ordinal))
            ? others
            : throw new WeightFileException(
                $"{weights.File.Path} (names of {weights.Convention}) contains no heads: "
                + "leave out --heads, or give a run folder or a checkpoint that has them."
            );
    }

    private static void Write(
        string path,
        ExportOptions options,
        Backbone backbone,
        List<(string Ours, Tensor Tensor)> tensors,
        Dictionary<string, string> metadata)
    {
        switch (options.Format)
        {
            case WeightFormat.Safetensors:
                SafetensorsWriter.Write(path, Named(Ecosystem.Torchvision), metadata);
                break;
            case WeightFormat.Detectron2:
                Detectron2Writer.Write(path, Named(Ecosystem.Detectron2));
                break;
            case WeightFormat.Onnx:
                OnnxBackbone.Write(path, backbone, new OnnxOptions { Stages = options.Stages, OperatorSet = options.OperatorSet, Normalisation = options.Normalise ? BackboneMetadata.Normalisation(metadata, backbone.InChannels) : null }, metadata);
                break;
            case WeightFormat.PyTorch when options.Naming == WeightNaming.Torchvision:
                PyTorchWriter.Write(path, Named(Ecosystem.Torchvision));
                break;
            case WeightFormat.PyTorch when options.Naming == WeightNaming.OpenSelfSup:
                PyTorchWriter.Write(
                    path,
                    Named(options.Heads ? Ecosystem.Reference : Ecosystem.Torchvision),
                    StateDict,
                    Notes(("author", "OpenSelfSup")));
                break;
            case WeightFormat.PyTorch:
                PyTorchWriter.Write(path, Named(Ecosystem.Mmselfsup), StateDict, Notes());
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(options), options.Format, "There is no such format.");
        }

        Dictionary<string, object?> Notes(params (string Key, object? Value)[] further) =>
            further
                .Append(("meta", metadata.Select(note => KeyValuePair.Create(note.Key, (object?)note.Value))))
                .ToDictionary(note => note.Key, note => note.Value, StringComparer.Ordinal);

        // Other programs have one key per column in their queues.
        IEnumerable<KeyValuePair<string, Tensor>> Named(Ecosystem ecosystem)
        {
            foreach ((string ours, Tensor tensor) in tensors)
            {
                if (ecosystem.NameOf(ours, backbone.Entry.Names) is { } name)
                {
                    bool columns = ours is Part.GlobalQueue or Part.DenseQueue && name != ours;
                    yield return new(name, columns ? tensor.t() : tensor);
                    if (columns)
                    {
                        yield return new(name + "_ptr", zeros(1, ScalarType.Int64));
                    }
                }
            }
        }
    }
}
