using System.Globalization;
using System.Numerics;
using DenseCL.Weights.Formats.Pickles.Objects;
using DenseCL.Weights.Tensors;
using static DenseCL.Weights.Tensors.WeightNames;

namespace DenseCL.Weights.Formats.Pickles;

/// <summary>Goes through the objects of a pickle and names every tensor: the keys that lead to it, joined with dots.</summary>
internal sealed class PickleTree
{
    private const int MaxDepth = 64;
    private const int MaxVisits = 1 << 22;
    private const int MaxTensors = 50_000;
    private const long MaxNames = 1 << 25;
    private const int MaxNotes = 1000;
    private const int MaxNote = 4096;

    private readonly Func<string, TensorRecord, StoredTensor> locate;
    private readonly List<string> path = [];
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> unreadable = new(StringComparer.Ordinal);
    private readonly List<WeightEntry> entries = [];
    private int visits;
    private int notes;
    private long pathLength;
    private long named;

    private PickleTree(Func<string, TensorRecord, StoredTensor> locate) => this.locate = locate;

    /// <summary>Names all tensors.</summary>
    /// <param name="root">The root object of the pickle.</param>
    /// <param name="locate">Finds a tensor of PyTorch in its storage, by its name for messages.</param>
    /// <exception cref="FormatException">A tensor's numbers are inconsistent.</exception>
    /// <exception cref="NotSupportedException">There are too many tensors, or two with the same name.</exception>
    public static PickledWeights Flatten(object? root, Func<string, TensorRecord, StoredTensor> locate)
    {
        PickleTree tree = new(locate);
        tree.Visit(root);
        return new PickledWeights(tree.entries, tree.tensors, tree.unreadable, tree.metadata);
    }

    private void Visit(object? value)
    {
        // A list may contain itself, and a hundred lists may describe more tensors than there are atoms.
        if (++visits > MaxVisits || path.Count > MaxDepth)
        {
            throw new NotSupportedException(
                $"its containers are nested deeper than {MaxDepth}, or hold one another so often that they stand for more than "
                + $"{MaxVisits} values, near "
                + $"{Quote(string.Join('.', path.Take(4)))}: load it in Python you trust and save its state_dict alone");
        }

        switch (value)
        {
            case PickleDictionary dictionary:
                foreach ((string key, object? inner) in dictionary.Entries)
                {
                    Visit(key, inner);
                }

                break;
            case PickleList list:
                Visit(list.Items);
                break;
            case PickleTuple tuple:
                Visit(tuple.Items);
                break;
            case TensorRecord tensor:
                Add("tensor", name => locate(name, tensor));
                break;
            case ArrayRecord array:
                Add("array", array.ToStored);
                break;
            default:
                Note(value);
                break;
        }
    }

    private void Visit(IReadOnlyList<object?> items)
    {
        for (int i = 0; i < items.Count; i++)
        {
            Visit(i.ToString(CultureInfo.InvariantCulture), items[i]);
        }
    }

    private void Visit(string key, object? value)
    {
        path.Add(key);
        pathLength += key.Length + 1;
        Visit(value);
        pathLength -= key.Length + 1;
        path.RemoveAt(path.Count - 1);
    }

    private void Add(string alone, Func<string, StoredTensor> locateTensor)
    {
        named += pathLength;
        if (named > MaxNames || entries.Count + unreadable.Count == MaxTensors)
        {
            throw new NotSupportedException(
                $"it has more than {MaxTensors} tensors, or their names are longer than {MaxNames} characters together: "
                + "save fewer in a file"
            );
        }

        string name = path.Count == 0 ? alone : string.Join('.', path);
        StoredTensor stored = locateTensor(name);
        if (
            stored.Problem is { } problem
                ? !unreadable.TryAdd(name, problem) || tensors.ContainsKey(name)
                : unreadable.ContainsKey(name) || !tensors.TryAdd(name, stored))
        {
            throw new NotSupportedException($"two tensors in it would be called {Quote(name)}: load it in Python you trust and rename one");
        }

        if (stored.Problem is null)
        {
            entries.Add(stored.Entry(name));
        }
    }

    private void Note(object? value)
    {
        if (notes < MaxNotes && pathLength <= MaxNote && Text(value) is { Length: <= MaxNote } text)
        {
            notes++;
            metadata.TryAdd(path.Count == 0 ? "value" : string.Join('.', path), text);
        }
    }

    private static string? Text(object? value) => value switch
    {
        null => "None",
        bool truth => truth ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        ulong number => number.ToString(CultureInfo.InvariantCulture),
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        float number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable number and not Enum => number.ToString(null, CultureInfo.InvariantCulture),
        PickleText { IsShort: true, Kind: not PickleTextKind.Bytes } text => text.ToText(),
        ArrayScalar scalar => Text(scalar.Array.ToNumber() ?? "?"),
        string other => other,
        PickleGlobal { Element: not null } type => type.Name,
        _ => null,
    };
}
