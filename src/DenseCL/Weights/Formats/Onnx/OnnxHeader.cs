using DenseCL.Weights.Tensors;
using Onnx;
using static DenseCL.Weights.Tensors.WeightNames;
using static Google.Protobuf.WireFormat;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>
/// The initialisers and metadata of an ONNX model, which is untrusted. Nodes and everything nested in them are skipped.
/// </summary>
internal sealed class OnnxHeader
{
    private const int MaxTensors = 100_000;
    private const int MaxNotes = 10_000;

    private readonly WireReader reader;
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    // For names and notes together: a file cannot make this use much more memory than its own size.
    private int textLeft = 1 << 24;

    private OnnxHeader(WireReader reader) => this.reader = reader;

    /// <summary>The initialisers of the graph, in the file's order, no name twice.</summary>
    public List<OnnxTensor> Tensors { get; } = [];

    /// <summary>
    /// The model's <c>metadata_props</c>, and <c>producer_name</c> and <c>producer_version</c> unless <c>metadata_props</c> has them.
    /// </summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Parses and checks a model.</summary>
    /// <exception cref="FormatException">It is invalid; the message says what and where, without the file's name.</exception>
    public static OnnxHeader Parse(WeightBytes bytes)
    {
        if (bytes.Length > int.MaxValue)
        {
            throw new FormatException($"it has {bytes.Length} bytes, more than the 2 GB of any ONNX file");
        }

        OnnxHeader header = new(new WireReader(bytes));
        header.Model(bytes.Length);
        return header;
    }

    private void Model(long end)
    {
        Dictionary<string, string> producer = new(StringComparer.Ordinal);
        bool graph = false;
        while (reader.TryField(end, out int field, out WireType wire))
        {
            switch (field)
            {
                case ModelProto.ProducerNameFieldNumber when wire is WireType.LengthDelimited:
                    producer["producer_name"] = Text(end);
                    break;
                case ModelProto.ProducerVersionFieldNumber when wire is WireType.LengthDelimited:
                    producer["producer_version"] = Text(end);
                    break;
                case ModelProto.MetadataPropsFieldNumber when wire is WireType.LengthDelimited:
                    Note(reader.Block(end));
                    break;
                case ModelProto.GraphFieldNumber when wire is WireType.LengthDelimited:
                    graph = true;       // an unusual writer may split it into several pieces, which belong together
                    Graph(reader.Block(end));
                    break;
                default:
                    reader.Skip(wire, end);
                    break;
            }
        }

        if (!graph)
        {
            throw new FormatException("it has no graph");
        }

        foreach ((string key, string value) in producer)
        {
            Metadata.TryAdd(key, value);
        }
    }

    private void Graph(long end)
    {
        while (reader.TryField(end, out int field, out WireType wire))
        {
            switch (field)
            {
                case GraphProto.InitializerFieldNumber when wire is WireType.LengthDelimited:
                    Initialiser(reader.Block(end));
                    break;
                case GraphProto.SparseInitializerFieldNumber:
                    throw new FormatException(
                        $"it has a sparse initialiser, near byte {reader.Position}, which this program does not read");
                default:
                    reader.Skip(wire, end);
                    break;
            }
        }
    }

    private void Initialiser(long end)
    {
        OnnxTensor tensor = OnnxTensor.Parse(reader, end, Tensors.Count, textLeft);
        textLeft -= System.Text.Encoding.UTF8.GetByteCount(tensor.Entry.Name);
        if (!names.Add(tensor.Entry.Name) || Tensors.Count == MaxTensors)
        {
            throw new FormatException(
                $"initialiser {Tensors.Count} {Quote(tensor.Entry.Name)}: the name comes twice, or there are more than {MaxTensors}");
        }

        Tensors.Add(tensor);
    }

    private void Note(long end)
    {
        string key = "", value = "";
        while (reader.TryField(end, out int field, out WireType wire))
        {
            switch (field)
            {
                case StringStringEntryProto.KeyFieldNumber when wire is WireType.LengthDelimited:
                    key = Text(end);
                    break;
                case StringStringEntryProto.ValueFieldNumber when wire is WireType.LengthDelimited:
                    value = Text(end);
                    break;
                default:
                    reader.Skip(wire, end);
                    break;
            }
        }

        if (!Metadata.TryAdd(key, value) || Metadata.Count > MaxNotes)
        {
            throw new FormatException($"the note {Quote(key)} comes twice, or there are more than {MaxNotes}");
        }
    }

    private string Text(long end)
    {
        long start = reader.Position;
        string text = reader.Text(end, textLeft);
        textLeft -= (int)(reader.Position - start);
        textLeft = Math.Max(textLeft, 0);
        return text;
    }
}
