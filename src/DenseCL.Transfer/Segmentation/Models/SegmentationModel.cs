using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Transfer.Segmentation.Network;
using DenseCL.Weights;
using DenseCL.Weights.Formats.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Models;

/// <summary>A fine-tuned segmentation network with all that is needed to use it: classes, colours, normalisation, and its protocol.</summary>
public sealed class SegmentationModel : IDisposable
{
    private const string Auxiliary = "auxiliary_head.";
    private const string NotNeeded = ".num_batches_tracked";

    private SegmentationModel(string path, ModelNotes notes, SegmentationNetwork network) => (Path, Notes, Network) = (path, notes, network);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The backbone.</summary>
    public BackboneKind Architecture => Notes.Architecture;

    /// <summary>(K): the classes, in the order of their numbers.</summary>
    public IReadOnlyList<string> ClassNames => Notes.ClassNames;

    /// <summary>(K): the colours of the classes, as <c>#rrggbb</c>.</summary>
    public IReadOnlyList<string> Colours => Notes.Colours;

    /// <summary>Channels, depth, mean and standard deviation of the images.</summary>
    public DataOptions Reading => Notes.Reading;

    /// <summary>The head, and how an image is passed to the network.</summary>
    public SegmentationOptions Options => Notes.Options;

    /// <summary>Steps trained.</summary>
    public long Step => Notes.Step;

    /// <summary>mIoU on the validation images at this step, 0 … 1; null if it was not measured.</summary>
    public double? ValMeanIoU => Notes.ValMeanIoU;

    internal ModelNotes Notes { get; }

    internal SegmentationNetwork Network { get; }

    /// <summary>Whether a path names a fine-tuned model; false for anything else, and for what cannot be read.</summary>
    /// <param name="path">A folder or a file.</param>
    public static bool IsAt(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
        {
            return File.Exists(System.IO.Path.Combine(path, "last.safetensors"));
        }

        try
        {
            using WeightFile file = WeightFile.Open(path);
            return ModelNotes.AreIn(file.Metadata);
        }
        catch (Exception e) when (e is WeightFileException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Opens a model, on the processor.</summary>
    /// <param name="path">The folder that a fine-tuning made; one of its files; or an ONNX file that was exported from it.</param>
    /// <param name="state">For a folder, which state.</param>
    /// <exception cref="WeightFileException">There is no model, or the file is damaged or another one.</exception>
    public static SegmentationModel Open(string path, ModelState state = ModelState.Best)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using DisposeScope scope = NewDisposeScope();
        string place = Directory.Exists(path) ? InFolder(System.IO.Path.GetFullPath(path), state) : path;
        using WeightFile file = WeightFile.Open(place);
        file.Verify();
        ModelNotes notes = ModelNotes.Of(place, file.Metadata);
        RefuseOtherShapes(file, notes);
        bool auxiliary = file.Keys.Any(key => key.StartsWith(Auxiliary, StringComparison.Ordinal));
        SegmentationOptions options = auxiliary ? notes.Options : notes.Options with { AuxiliaryWeight = 0 };
        SegmentationNetwork network = new(
            Backbone.Create(notes.Architecture, options.OutputStride, notes.Reading.Channels), options, notes.ClassNames.Count);
        try
        {
            Load(file, network);
            return new SegmentationModel(place, notes, network);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Writes a model, completely or not at all.</summary>
    /// <exception cref="WeightFileException">The file cannot be written.</exception>
    internal static void Save(string path, SegmentationNetwork network, ModelNotes notes)
    {
        using DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(path, network.State, notes.ToMetadata());
    }

    private static string InFolder(string folder, ModelState state)
    {
        string best = System.IO.Path.Combine(folder, "best.safetensors"), last = System.IO.Path.Combine(folder, "last.safetensors");
        string wanted = state == ModelState.Best && File.Exists(best) ? best : last;
        return File.Exists(wanted) ? wanted : throw new WeightFileException(
            File.Exists(System.IO.Path.Combine(folder, "recipe.yaml"))
                ? $"The fine-tuning in {folder} has not written a model yet: continue it with `densecl finetune segmentation … --resume`."
                : $"{folder} is not the folder of a model: it has neither best.safetensors nor last.safetensors. "
                    + "Give the folder that `densecl finetune segmentation` made.");
    }

    /// <summary>
    /// Refuses a file whose notes describe another network than its tensors, before memory is taken for the network of the notes.
    /// </summary>
    private static void RefuseOtherShapes(WeightFile file, ModelNotes notes)
    {
        (SegmentationOptions options, int classes) = (notes.Options, notes.ClassNames.Count);
        Require("decode_head.conv_seg.bias", classes);
        int channels = options.HeadChannels;
        if (options.Head == HeadKind.Fcn)
        {
            for (int i = 0; i < options.HeadConvolutions; i++)
            {
                Require(FormattableString.Invariant($"decode_head.convs.{i}.conv.weight"), channels);
            }
        }
        else if (options.Head == HeadKind.Fpn)
        {
            for (int i = 0; i < 4; i++)
            {
                Require(FormattableString.Invariant($"neck.fpn_convs.{i}.conv.weight"), 2 * channels, 2 * channels, 3, 3);
            }
        }

        void Require(string name, params long[] shape)
        {
            if (!file.Contains(name) || !file[name].Shape.StartsWith(shape))
            {
                string found = file.Contains(name) ? $"is ({string.Join(", ", file[name].Shape.ToArray())})" : "is missing";
                throw new WeightFileException(
                    $"{file.Path}: {name} {found}, and by the notes of the file, which name {classes} classes and the head "
                    + $"{options.Head.ToString().ToLowerInvariant()}, it begins with ({string.Join(", ", shape)}). The file was changed: "
                    + "take the model as the fine-tuning or the export wrote it.");
            }
        }
    }

    private static void Load(WeightFile file, SegmentationNetwork network)
    {
        using IDisposable noGrad = no_grad();
        foreach ((string name, Tensor tensor) in network.State)
        {
            using DisposeScope scope = NewDisposeScope();
            if (!file.Contains(name))
            {
                if (name.EndsWith(NotNeeded, StringComparison.Ordinal))
                {
                    continue;       // ONNX files do not have it
                }

                throw new WeightFileException($"{file.Path} lacks the tensor {name}: take the model as the fine-tuning or the export wrote it.");
            }

            if (!file[name].Shape.SequenceEqual(tensor.shape))
            {
                throw new WeightFileException(
                    $"{file.Path}: {name} is ({string.Join(", ", file[name].Shape.ToArray())}), and must be ({string.Join(", ", tensor.shape)}).");
            }

            tensor.copy_(file.Tensor(name));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();
}
