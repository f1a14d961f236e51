using DenseCL.Recipes.Settings;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DenseCL.Recipes.Yaml;

/// <summary>
/// Reads the little of YAML that our files are made of: mappings, lists and scalars, each as deep as its reader asks for. Whatever else
/// YAML can do (anchors, aliases, tags, more nesting, more documents) is refused at the event where it appears, so no file can make a
/// reader build or recurse.
/// </summary>
/// <param name="yaml">The text.</param>
/// <param name="source">What to call it in messages.</param>
/// <param name="kind">What it is, in a word: "recipe".</param>
internal sealed class YamlReader(string yaml, string source, string kind)
{
    private const int LongestList = 16;
    private readonly Parser parser = new(new StringReader(yaml));

    /// <summary>The source and the line of what is read next.</summary>
    public string Here => $"{source}, line {parser.Current?.Start.Line ?? 1}";

    /// <summary>Reads the one document, if there is any.</summary>
    /// <param name="content">Reads what is in it.</param>
    /// <exception cref="RecipeException">It is no YAML, or not what the content's reader takes.</exception>
    public void Document(Action content)
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
                throw new RecipeException($"{Here}: A second YAML document begins. Write one {kind} a file.");
            }
        }
        catch (YamlException e)
        {
            string where = $"{source}, line {e.Start.Line}, column {e.Start.Column}";
            throw new RecipeException(
                $"{where}: This is not YAML that can be read. {e.Message} Check the indentation, colons, brackets and quotes there.", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The parser's answer to text after "..." and to tags that are no addresses: faults of the text too, only without a place.
            throw new RecipeException(
                $"{Here}: This is not YAML that can be read. Check this line and the next for `...`, `---` and `!`.",
                e);
        }
    }

    /// <summary>Whether a mapping begins here.</summary>
    public bool IsMapping => parser.Accept<MappingStart>(out _);

    /// <summary>Whether a list begins here.</summary>
    public bool IsList => parser.Accept<SequenceStart>(out _);

    /// <summary>Whether nothing is written here, or all of it is commented out; the place is then read.</summary>
    public bool TakeNothing()
    {
        RefuseDecoration();
        return parser.Accept<Scalar>(out var scalar)
            && scalar is { Value: "", Style: ScalarStyle.Plain }
            && parser.TryConsume<Scalar>(out _);
    }

    /// <summary>The keys of a mapping with their places, one after another: after each, its value is to be read.</summary>
    /// <param name="prefix">Stands before each key in messages and in what is returned.</param>
    /// <param name="seen">The keys that may not come again.</param>
    /// <param name="otherwise">What to say where there is no mapping.</param>
    public IEnumerable<(string Key, string Where)> Mapping(string prefix, HashSet<string> seen, string otherwise)
    {
        RefuseDecoration();
        if (!parser.TryConsume<MappingStart>(out _))
        {
            throw new RecipeException($"{Here}: {otherwise}");
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            RefuseDecoration();
            string where = Here;
            if (!parser.TryConsume<Scalar>(out var scalar))
            {
                throw new RecipeException($"{where}: A key must be a name. Write `name: value`.");
            }

            string key = prefix + scalar.Value;
            yield return seen.Add(key)
                ? (key, where)
                : throw new RecipeException($"{where}: {Allowed.Quoted(key)} stands twice in the {kind}. Keep one of the two.");
        }
    }

    /// <summary>The places of a list's items, one after another: after each, it is to be read.</summary>
    /// <param name="otherwise">What to say where there is no list.</param>
    public IEnumerable<string> Items(string otherwise)
    {
        RefuseDecoration();
        if (!parser.TryConsume<SequenceStart>(out _))
        {
            throw new RecipeException($"{Here}: {otherwise}");
        }

        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            yield return Here;
        }
    }

    /// <summary>One scalar, or a list of scalars.</summary>
    /// <param name="name">What to call it in messages.</param>
    public YamlValue Value(string name)
    {
        RefuseDecoration();
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new YamlValue([scalar.Value], IsList: false, IsQuoted: scalar.Style is not ScalarStyle.Plain);
        }

        string where = Here;
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
                    $"{Here}: {name} is a nested or very long list, but must be two or three numbers. Write them as [0.2, 1]."));
        }

        return new YamlValue(items, IsList: true, IsQuoted: false);
    }

    private void RefuseDecoration()
    {
        if (parser.Accept<AnchorAlias>(out _) || (parser.Accept<NodeEvent>(out var node) && !(node.Anchor.IsEmpty && node.Tag.IsEmpty)))
        {
            throw new RecipeException(
                $"{Here}: Anchors, aliases and tags (&, *, !) have no place in a recipe. Write the value itself, or in quotes if it is text."
            );
        }
    }
}
