using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DenseCL.Recipes;

/// <summary>
/// Reads the little of YAML that a recipe is made of: a mapping of sections, which are mappings of scalars and lists of scalars. Whatever
/// else YAML can do (anchors, aliases, tags, nesting, more documents) is refused at the event where it appears, so no file can make the
/// reader build or recurse.
/// </summary>
internal sealed class YamlEntries
{
    private const int LongestList = 16;
    private readonly Parser parser;
    private readonly string source;
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly List<(string Key, YamlValue Value, string Where)> entries = [];

    private YamlEntries(string yaml, string source)
    {
        parser = new Parser(new StringReader(yaml));
        this.source = source;
    }

    /// <summary>The entries of a recipe with dotted keys, in order; each key once.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What to call it in messages.</param>
    public static IReadOnlyList<(string Key, YamlValue Value, string Where)> Read(string yaml, string source)
    {
        var reading = new YamlEntries(yaml, source);
        reading.Document(source, reading.Root);
        return reading.entries;
    }

    /// <summary>A single value in flow syntax.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What to call it in messages.</param>
    public static YamlValue ReadValue(string yaml, string source)
    {
        var reading = new YamlEntries(yaml, source);
        YamlValue value = new([""], IsList: false, IsQuoted: false);
        reading.Document(source, () => value = reading.Value("The value"));
        return value;
    }

    private void Document(string name, Action content)
    {
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                return;
            }

            parser.Consume<DocumentStart>();
            content();
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
            {
                throw new RecipeException($"{Here()}: A second YAML document begins. Write one recipe a file.");
            }
        }
        catch (YamlException e)
        {
            string where = $"{name}, line {e.Start.Line}, column {e.Start.Column}";
            throw new RecipeException(
                $"{where}: This is not YAML that can be read. {e.Message} Check the indentation, colons, brackets and quotes there.", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The parser's answer to text after "..." and to tags that are no addresses: faults of the text too, only without a place.
            throw new RecipeException($"{Here()}: This is not YAML that can be read. Check this line and the next for `...`, `---` and `!`.", e);
        }
    }

    private void Root()
    {
        if (IsEmptyScalar())
        {
            return;
        }

        if (!parser.TryConsume<MappingStart>(out _))
        {
            throw new RecipeException(
                $"{Here()}: A recipe is a mapping of sections. Begin with a line such as `optim:` and write its settings below, indented.");
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            (string key, string where) = Key("");
            bool isSection = Setting.Sections.Contains(key, StringComparer.Ordinal);
            if (isSection && IsEmptyScalar())
            {
                continue; // A section whose settings are all commented out.
            }

            if (!parser.Accept<MappingStart>(out _))
            {
                YamlValue value = Value(Allowed.Quoted(key));
                entries.Add(!isSection ? (key, value, where) : throw new RecipeException(
                    $"{where}: `{key}` is a section and takes no value ({value}). Write its settings below it, indented, one a line."));
                continue;
            }

            if (!isSection)
            {
                throw new RecipeException(
                    $"{where}: There is no section {Allowed.Quoted(key)}; the sections are {string.Join(", ", Setting.Sections)}"
                    + $"{Nearest.Hint(key, Setting.Sections)}.");
            }

            Section(key);
        }
    }

    private void Section(string section)
    {
        RefuseDecoration();
        parser.Consume<MappingStart>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            (string key, string where) = Key(section + ".");
            entries.Add((key, Value(Allowed.Quoted(key)), where));
        }
    }

    private (string Key, string Where) Key(string prefix)
    {
        RefuseDecoration();
        string where = Here();
        if (!parser.TryConsume<Scalar>(out var scalar))
        {
            throw new RecipeException($"{where}: A key must be a name. Write `name: value`.");
        }

        string key = prefix + scalar.Value;
        return seen.Add(key)
            ? (key, where)
            : throw new RecipeException($"{where}: {Allowed.Quoted(key)} stands twice in the recipe. Keep one of the two.");
    }

    private YamlValue Value(string name)
    {
        RefuseDecoration();
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new YamlValue([scalar.Value], IsList: false, IsQuoted: scalar.Style is not ScalarStyle.Plain);
        }

        string where = Here();
        if (!parser.TryConsume<SequenceStart>(out _))
        {
            throw new RecipeException(
                $"{where}: {name} is a mapping of further keys, but must be one value or a list of numbers. Write `key: value`.");
        }

        var items = new List<string>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            RefuseDecoration();
            items.Add(items.Count < LongestList && parser.TryConsume<Scalar>(out var item)
                ? item.Value
                : throw new RecipeException(
                    $"{Here()}: {name} is a nested or very long list, but must be two or three numbers. Write them as [0.2, 1]."));
        }

        return new YamlValue(items, IsList: true, IsQuoted: false);
    }

    private void RefuseDecoration()
    {
        if (parser.Accept<AnchorAlias>(out _) || (parser.Accept<NodeEvent>(out var node) && !(node.Anchor.IsEmpty && node.Tag.IsEmpty)))
        {
            throw new RecipeException(
                $"{Here()}: Anchors, aliases and tags (&, *, !) have no place in a recipe. Write the value itself, or in quotes if it is text.");
        }
    }

    private bool IsEmptyScalar()
    {
        RefuseDecoration();
        return parser.Accept<Scalar>(out var scalar)
            && scalar is { Value: "", Style: ScalarStyle.Plain }
            && parser.TryConsume<Scalar>(out _);
    }

    private string Here() => $"{source}, line {parser.Current?.Start.Line ?? 1}";
}
