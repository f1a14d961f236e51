using System.Globalization;
using DenseCL.Weights;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Models;

/// <summary>Exports a segmentation model for other programs.</summary>
public static class ModelExport
{
    /// <summary>Writes a model in another format.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="options">The settings of the exported file.</param>
    /// <exception cref="WeightFileException">The options cannot be combined, or the file cannot be written; the old one is
    /// unchanged.</exception>
    public static void Write(SegmentationModel model, string path, ModelExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using DisposeScope scope = NewDisposeScope();
        switch (options.Format)
        {
            case WeightFormat.Onnx:
                OnnxSegmentation.Write(path, model, options);
                break;
            case WeightFormat.PyTorch:
                PyTorchWriter.Write(path, model.Network.State, "state_dict", Notes(model));
                break;
            default:
                SegmentationModel.Save(path, model.Network, model.Notes);
                break;
        }
    }

    /// <summary>Classes and colours where mmsegmentation 0.x and 1.x look for them, and our own notes.</summary>
    private static Dictionary<string, object?> Notes(SegmentationModel model)
    {
        List<object> palette = [.. model.Colours.Select(Numbers)];
        Dictionary<string, object?> meta = model.Notes.ToMetadata().ToDictionary(note => note.Key, note => (object?)note.Value, StringComparer.Ordinal);
        (meta["CLASSES"], meta["PALETTE"]) = (model.ClassNames, palette);
        return new(StringComparer.Ordinal)
        {
            ["meta"] = meta,
            ["dataset_meta"] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["classes"] = model.ClassNames, ["palette"] = palette },
        };

        static List<object> Numbers(string colour) =>
            [.. Enumerable.Range(0, 3).Select(i => (object)long.Parse(colour.AsSpan(1 + (2 * i), 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
    }
}
