using DenseCL.Recipes.Settings;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DenseCL.Recipes.Yaml;

/// <summary>
/// Reads the small part of YAML that this library's files use: mappings, lists and scalars, each as deep as the caller asks for. Everything
/// else in YAML (anchors, aliases, tags, more nesting, more documents) is refused at the event where it appears. No file can therefore make
/// the reader build large objects or recurse.
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
    /// <exception cref="RecipeException">It is not YAML, or not what the content reader accepts.</exception>
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
            // What the parser throws for text after "..." and for tags that are not URIs. These are errors in the text too, but without
            // a position.
            throw new RecipeException(
                $"{Here}: This is not YAML that can be read. Check this line and the next for `...`, `---` and `!`.",
                e);
        }
    }

    /// <summary>Whether a mapping begins here.</summary>
    public bool IsMapping => parser.Accept<MappingStart>(out _);

    /// <summary>Whether a list begins here.</summary>
    public bool IsList => parser.Accept<SequenceStart>(out _);

    /// <summary>Whether nothing is written here, or all of it is commented out; the position is then consumed.</summary>
    public bool TakeNothing()
    {
        RefuseDecoration();
        return parser.Accept<Scalar>(out var scalar)
            && scalar is { Value: "", Style: ScalarStyle.Plain }
            && parser.TryConsume<Scalar>(out _);
    }

    /// <summary>The keys of a mapping with their positions, one after another. After each key its value must be read.</summary>
    /// <param name="prefix">Put before each key in messages and in the result.</param>
    /// <param name="seen">The keys that must not appear again.</param>
    /// <param name="otherwise">The message if there is no mapping.</param>
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
                : throw new RecipeException($"{where}: {Allowed.Quoted(key)} is given twice in the {kind}. Keep one of the two.");
        }
    }

    /// <summary>The positions of a list's items, one after another. After each position its item must be read.</summary>
    /// <param name="otherwise">The message if there is no list.</param>
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
                $"{Here}: Anchors, aliases and tags (&, *, !) are not allowed in a recipe. "
                + $"Write the value itself, or in quotes if it is text."
            );
        }
    }
}
