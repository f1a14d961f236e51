using System.Globalization;
using DenseCL.Weights.Formats.Pickles;
using DenseCL.Weights.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Weights.Formats.Detectron2;

/// <summary>Writes weights like Detectron2's model zoo: a pickle with numpy arrays.</summary>
internal static class Detectron2Writer
{
    /// <summary>
    /// Writes a file for Detectron2's <c>MODEL.WEIGHTS</c>; numpy 1 and 2 read it. The same input gives the same bytes.
    /// The file is written under another name and renamed: the old one stays until the new one is on the disk.
    /// </summary>
    /// <param name="path">The file to make or replace; Detectron2 expects it to end in <c>.pkl</c>.</param>
    /// <param name="tensors">
    /// Detectron2's names (<see cref="Models.Backbones.ResNets.Detectron2Names"/>), each once, and tensors on any device; a view is written
    /// in its logical order, row-major. numpy has no bfloat16: such tensors are written as float32, which represents the same values.
    /// </param>
    /// <param name="author">The value of <c>__author__</c>; Detectron2 logs it.</param>
    /// <exception cref="ArgumentException">A name occurs twice, or a tensor is of a type that numpy does not have.</exception>
    /// <exception cref="WeightFileException">The file could not be written, for example because the disk is full; the old one is
    /// unchanged.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, string author = "DenseCL for .NET")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(author);
        List<(string Name, WeightType Type, Tensor Tensor)> list = WeightOutput.Check(tensors, "Detectron2 files");
        WeightOutput.Replace(path, file =>
        {
            BufferedStream stream = new(file, 1 << 16);
            PickleWriter pickle = new(stream, protocol: 4);
            pickle.Dictionary(() =>
            {
                pickle.Value("model");
                pickle.Dictionary(() =>
                {
                    foreach ((string name, WeightType type, Tensor tensor) in list)
                    {
                        pickle.Value(name);
                        Array(pickle, type, tensor);
                    }
                });
                pickle.Value("__author__");
                pickle.Value(author);

                // Names are compared from their ends: 'stem.conv1.weight' matches 'backbone.bottom_up.stem.conv1.weight'.
                pickle.Value("matching_heuristics");
                pickle.Value(true);
            });
            pickle.Stop();
            stream.Flush();     // not closed: it would close the file
        });
    }

    private static void Array(PickleWriter pickle, WeightType type, Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        if (type == WeightType.BF16)
        {
            (type, tensor) = (WeightType.F32, tensor.detach().to_type(ScalarType.Float32));
        }

        // numpy 2 keeps this name of numpy 1 for files.
        pickle.Global("numpy.core.multiarray", "_reconstruct");
        pickle.Call(() =>
        {
            pickle.Global("numpy", "ndarray");
            pickle.Tuple([0]);
            pickle.Bytes("b"u8.ToArray());
        });
        pickle.Build(() =>
        {
            pickle.Number(1);                   // version of the state
            pickle.Tuple(tensor.shape);
            ElementType(pickle, type);
            pickle.Value(false);                // not column-major
            pickle.LongBytes(tensor.numel() * WeightTypes.Size(type), stream => TensorBytes.Read(tensor, stream.Write));
        });
    }

    private static void ElementType(PickleWriter pickle, WeightType type)
    {
        char kind = type switch
        {
            WeightType.Bool => 'b',
            WeightType.U8 => 'u',
            WeightType.F16 or WeightType.F32 or WeightType.F64 => 'f',
            _ => 'i',
        };
        int size = WeightTypes.Size(type);
        pickle.Global("numpy", "dtype");
        pickle.Call(() =>
        {
            pickle.Value(string.Create(CultureInfo.InvariantCulture, $"{kind}{size}"));
            pickle.Value(false);
            pickle.Value(true);
        });
        pickle.Build(() =>
        {
            pickle.Number(3);                   // version of the state
            pickle.Value(size == 1 ? "|" : "<");
            pickle.Value(null);                 // no fields, no sub-array
            pickle.Value(null);
            pickle.Value(null);
            pickle.Number(-1);
            pickle.Number(-1);
            pickle.Number(0);
        });
    }
}
