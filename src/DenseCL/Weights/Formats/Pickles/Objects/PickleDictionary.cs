using System.Globalization;

namespace DenseCL.Weights.Formats.Pickles.Objects;

/// <summary>A dictionary of a pickle, in the file's order; if a key is set twice, the later value is used, as in Python.</summary>
internal sealed class PickleDictionary
{
    private const int MaxTuple = 8;

    private readonly List<(string Name, object? Value)> entries = [];
    private Dictionary<(char Kind, string Name), int>? places;

    /// <summary>Names and values. The keys 1 and '1' have the same name.</summary>
    public IReadOnlyList<(string Name, object? Value)> Entries => entries;

    /// <summary>The value of a text key, or null.</summary>
    public object? this[string name] => places is not null && places.TryGetValue(('s', name), out int place) ? entries[place].Value : null;

    /// <summary>Sets an entry.</summary>
    /// <exception cref="FormatException">Python does not allow such a key, or it is too long.</exception>
    /// <exception cref="NotSupportedException">The key cannot be used as a name.</exception>
    public void Set(object? key, object? value)
    {
        // .NET hashes strings with a random seed: a file cannot make the names collide.
        (char Kind, string Name) named = Name(key, 0);
        places ??= [];
        if (places.TryGetValue(named, out int place))
        {
            entries[place] = (named.Name, value);
        }
        else
        {
            places.Add(named, entries.Count);
            entries.Add((named.Name, value));
        }
    }

    private static (char Kind, string Name) Name(object? key, int depth) =>
        key switch
        {
            null => ('n', "None"),
            PickleText { Kind: PickleTextKind.Bytes } bytes => ('b', bytes.ToText()),
            PickleText text => ('s', text.ToText()),
            long number => ('i', number.ToString(CultureInfo.InvariantCulture)),
            System.Numerics.BigInteger number => ('i', number.ToString(CultureInfo.InvariantCulture)),
            bool truth => ('t', truth ? "True" : "False"),
            double number => ('f', number.ToString("R", CultureInfo.InvariantCulture)),
            PickleTuple { Items.Count: <= MaxTuple } tuple when depth == 0 => (
                'u',
                $"({string.Join(", ", tuple.Items.Select(i => Name(i, depth + 1)).Select(n => n.Kind == 's' ? $"'{n.Name}'" : n.Name))})"),
            PickleList or PickleDictionary => throw new FormatException(
                "a list or dictionary is the key of a dictionary, which Python does not allow"),
            _ => throw new NotSupportedException(
                "a dictionary in it has a key that is not a text or number: load it in Python and save its state_dict again"),
        };
}
