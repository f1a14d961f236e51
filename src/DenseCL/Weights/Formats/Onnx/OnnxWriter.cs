using Google.Protobuf;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>
/// Writes a model whose initialisers go directly from the tensors' memory to the file, one at a time. A message in memory would be a second
/// copy of all of them.
/// </summary>
internal static class OnnxWriter
{
    private const int Chunk = 1 << 24;

    /// <param name="path">The file to make or replace.</param>
    /// <param name="model">The model without its graph.</param>
    /// <param name="graph">The graph without its initialisers.</param>
    /// <param name="initialisers">Names and tensors, on any device, of any floating type: they are written as float32.</param>
    /// <exception cref="WeightFileException">The file could not be written, or would be larger than protobuf allows.</exception>
    public static void Write(string path, ModelProto model, GraphProto graph, IReadOnlyDictionary<string, Tensor> initialisers)
    {
        (TensorProto Head, Tensor Tensor)[] tensors = [.. initialisers.Select(i => (Head(i.Key, i.Value), i.Value))];
        long length = graph.CalculateSize() + tensors.Sum(t => FieldSize(TensorSize(t.Head, t.Tensor)));
        if (length > int.MaxValue - (1 << 20))
        {
            throw new WeightFileException(
                $"{path}: would have {length} bytes, more than the 2 GB an ONNX file may have. Nothing was changed: write safetensors.");
        }

        WeightOutput.Replace(path, file =>
        {
            using CodedOutputStream output = new(file, leaveOpen: true);
            model.WriteTo(output);
            output.WriteTag(ModelProto.GraphFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteLength((int)length);
            graph.WriteTo(output);
            foreach ((TensorProto head, Tensor tensor) in tensors)
            {
                output.WriteTag(GraphProto.InitializerFieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteLength((int)TensorSize(head, tensor));
                head.WriteTo(output);
                output.WriteTag(TensorProto.RawDataFieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteLength((int)RawSize(tensor));
                output.Flush();
                WriteData(file, tensor);
            }
        });
    }

    private static TensorProto Head(string name, Tensor tensor) =>
        new() { Name = name, DataType = (int)TensorProto.Types.DataType.Float, Dims = { tensor.shape } };

    private static long RawSize(Tensor tensor) => tensor.numel() * sizeof(float);

    private static long TensorSize(TensorProto head, Tensor tensor) => head.CalculateSize() + FieldSize(RawSize(tensor));

    /// <summary>Bytes of a field with its length and its tag, which is one byte for the fields written here.</summary>
    private static long FieldSize(long content) => 1 + CodedOutputStream.ComputeUInt64Size((ulong)content) + content;

    private static void WriteData(FileStream file, Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        Tensor flat = tensor.detach().cpu().to_type(ScalarType.Float32).contiguous().view(-1);
        for (long start = 0; start < flat.numel(); start += Chunk)
        {
            using Tensor window = flat.narrow(0, start, Math.Min(Chunk, flat.numel() - start));
            ReadOnlySpan<byte> bytes = window.bytes;
            file.Write(bytes);
        }
    }
}
