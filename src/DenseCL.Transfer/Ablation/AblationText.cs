using System.Globalization;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Recipes.Yaml;

namespace DenseCL.Transfer.Ablation;

/// <summary>
/// Parses the text of one ablation file: first what is written, key by key in any order, then what it means.
/// </summary>
internal sealed class AblationText
{
    private const int LongestName = 64;
    private static readonly string[] Keys = ["recipe", "set", "seeds", "untrained", "baseline", "variants", "evaluate"];

    private readonly string yaml;
    private readonly string source;
    private readonly YamlReader reader;
    private readonly Dictionary<string, YamlEntry> values = new(StringComparer.Ordinal);
    private readonly List<(string Name, string Where, IReadOnlyList<YamlEntry> Differences)> variants = [];
    private readonly List<PlannedEvaluation> evaluations = [];
    private readonly List<ulong> seeds = [];
    private IReadOnlyList<YamlEntry> common = [];
    private string? seedsWhere;

    public AblationText(string yaml, string source) =>
        (this.yaml, this.source, reader) = (yaml, source, new YamlReader(yaml, source, "ablation"));

    /// <summary>Reads it all.</summary>
    /// <param name="folder">The folder to which the path of a recipe file is relative.</param>
    /// <exception cref="RecipeException">It is not valid.</exception>
    public AblationPlan Read(string folder)
    {
        reader.Document(Entries);
        if (variants.Count == 0)
        {
            throw new RecipeException(
                $"{source}: There are no variants. Write at least one, such as `variants: {{ DenseCL: {{ method.lambda: 0.5 }} }}`.");
        }

        if (evaluations.Count == 0)
        {
            throw new RecipeException(
                $"{source}: Nothing is evaluated, so there would be no result. "
                + $"Write at least one evaluation, such as `evaluate: [dense-probe]`."
            );
        }

        Recipe withCommon = Applied(BaseRecipe(folder), common);
        AblationPlan plan;
        try
        {
            plan = new AblationPlan
            {
                Text = yaml,
                Seeds = seeds,
                Base = withCommon,
                Untrained = Untrained(),
                Baseline = Baseline(),
                Variants = [.. variants.Select(variant => new AblationVariant(variant.Name, Valid(variant, withCommon)))],
                Evaluations = evaluations,
            };
        }
        catch (RecipeException e) when (!e.Message.StartsWith(source, StringComparison.Ordinal))
        {
            throw new RecipeException($"{seedsWhere ?? source}: {e.Message}", e);
        }

        RefuseTwins(plan);
        return plan;
    }

    private void Entries()
    {
        if (reader.TakeNothing())
        {
            return;
        }

        string mapping = $"An ablation is a mapping of {string.Join(", ", Keys)}. Begin with a line such as `recipe: small`.";
        foreach ((string key, string where) in reader.Mapping("", new(StringComparer.Ordinal), mapping))
        {
            switch (key)
            {
                case "recipe" or "untrained" or "baseline":
                    values.Add(key, new YamlEntry(key, reader.Value(Allowed.Quoted(key)), where));
                    break;
                case "set":
                    common = Differences($"`set` is a mapping of settings. Write it as `set: {{ optim.epochs: 20 }}`.");
                    break;
                case "seeds":
                    Seeds(where);
                    break;
                case "variants":
                    Variants();
                    break;
                case "evaluate":
                    Evaluations();
                    break;
                default:
                    throw new RecipeException(
                        $"{where}: There is no key {Allowed.Quoted(key)} in an ablation; "
                        + $"the keys are {string.Join(", ", Keys)}{Nearest.Hint(key, Keys)}."
                    );
            }
        }
    }

    private IReadOnlyList<YamlEntry> Differences(string otherwise)
    {
        IReadOnlyList<YamlEntry> entries = YamlEntries.Settings(reader, otherwise);
        return entries.FirstOrDefault(entry => entry.Key is "run.seed") is { } seed
            ? throw new RecipeException($"{seed.Where}: run.seed is what `seeds` lists. Remove it here.")
            : entries;
    }

    private void Seeds(string where)
    {
        seedsWhere = where;
        const string Form = "The seeds are a list of whole numbers. Write them as `seeds: [0, 1, 2]`.";
        if (reader.TakeNothing())
        {
            return;
        }

        foreach (string place in reader.Items(Form))
        {
            YamlValue value = reader.Value("A seed");
            seeds.Add(!value.IsList && ulong.TryParse(value.Items[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
                ? seed
                : throw new RecipeException($"{place}: A seed is {value}. {Form}"));
        }
    }

    private void Variants()
    {
        if (reader.TakeNothing())
        {
            return;
        }

        foreach (
            (string name, string where) in reader.Mapping(
                "",
                new(StringComparer.Ordinal),
                "`variants` is a mapping of names. Write `variants:` and below it, indented, "
                + "lines such as `DenseCL: { method.lambda: 0.5 }`."
            ))
        {
            RefuseUnfit(name, where);
            variants.Add(
                (
                    name,
                    where,
                    Differences(
                        $"The variant {Allowed.Quoted(name)} is a mapping of settings. Write it as `{name}: {{ method.lambda: 0.5 }}`.")));
        }
    }

    // A name becomes a folder's name on any system, and a cell of a table.
    private void RefuseUnfit(string name, string where)
    {
        bool fits =
            name.Length is > 0 and <= LongestName
            && char.IsLetterOrDigit(name[0])
            && name.All(c => char.IsLetterOrDigit(c) || " ._-+=(),%".Contains(c, StringComparison.Ordinal));
        if (!fits)
        {
            throw new RecipeException(
                $"{where}: The variant {Allowed.Quoted(name)} cannot be the name of a folder on every system. "
                + $"Choose 1 to {LongestName} letters, digits and characters of ` ._-+=(),%`, the first a letter or digit."
            );
        }

        if (name.Equals(AblationPlan.UntrainedName, StringComparison.OrdinalIgnoreCase))
        {
            throw new RecipeException(
                $"{where}: The name {Allowed.Quoted(name)} is that of the untrained start (`untrained: true`). "
                + $"Choose another for the variant."
            );
        }

        if (variants.Find(other => other.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Name is { } other)
        {
            throw new RecipeException(
                $"{where}: The variants `{other}` and `{name}` would share a folder on systems that ignore the case of letters. "
                + $"Choose another name for one."
            );
        }
    }

    private void Evaluations()
    {
        const string Form = "Write evaluations as a list, such as `- dense-probe: { stride: 8 }`.";
        if (reader.TakeNothing())
        {
            return;
        }

        foreach (string place in reader.Items($"`evaluate` is not a list. {Form}"))
        {
            PlannedEvaluation evaluation = Evaluation(place, Form);
            evaluations.Add(evaluations.TrueForAll(other => other.Text != evaluation.Text)
                ? evaluation
                : throw new RecipeException($"{evaluation.Where}: The evaluation `{evaluation.Text}` is given twice. Keep one of the two."));
        }
    }

    private PlannedEvaluation Evaluation(string place, string form)
    {
        if (!reader.IsMapping)
        {
            YamlValue name = reader.Value("An evaluation");
            return !name.IsList && name.Items[0].Length > 0
                ? new PlannedEvaluation(name.Items[0], name.Items[0], place)
                : throw new RecipeException($"{place}: An evaluation is {name}. {form}");
        }

        PlannedEvaluation? evaluation = null;
        foreach ((string kind, string where) in reader.Mapping("", new(StringComparer.Ordinal), form))
        {
            if (evaluation is not null)
            {
                throw new RecipeException(
                    $"{where}: {Allowed.Quoted(kind)} is in the same item of the list as `{evaluation.Kind}`. "
                    + $"Begin a line with `- ` for each, and write options below it, indented further."
                );
            }

            YamlEntry[] options = reader.TakeNothing()
                ? []
                : [.. reader.Mapping("", new(StringComparer.Ordinal), form).Select(entry => new YamlEntry(entry.Key, reader.Value(Allowed.Quoted(entry.Key)), entry.Where))];
            string text = options.Length == 0 ? kind : $"{kind}: {{ {string.Join(", ", options.Select(option => $"{option.Key}: {Written(option.Value)}"))} }}";
            evaluation = new PlannedEvaluation(kind, text, where) { Options = options };
        }

        return evaluation ?? throw new RecipeException($"{place}: An item of `evaluate` is empty. {form}");
    }

    private static string Written(YamlValue value) =>
        value.IsList ? $"[{string.Join(", ", value.Items)}]"
        : value.IsQuoted ? $"'{value.Items[0].Replace("'", "''", StringComparison.Ordinal)}'"
        : value.Items[0];

    private Recipe BaseRecipe(string folder)
    {
        if (!values.TryGetValue("recipe", out YamlEntry? entry) || entry.Value is { IsList: true } or { Items: [""] })
        {
            throw new RecipeException(
                $"{entry?.Where ?? source}: There is no recipe to vary. "
                + $"Write `recipe:` with a file, or with one of {string.Join(", ", RecipeReader.Shipped)}."
            );
        }

        string name = entry.Value.Items[0], path = Path.Combine(folder, name);
        try
        {
            return RecipeReader.Read(RecipeReader.Shipped.Contains(name, StringComparer.Ordinal) || !File.Exists(path) ? name : path);
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"{entry.Where}: {e.Message}", e);
        }
    }

    private static Recipe Applied(Recipe recipe, IReadOnlyList<YamlEntry> differences) =>
        differences.Aggregate(recipe, (result, entry) => RecipeReader.Apply(result, entry.Key, entry.Value, entry.Where));

    private static Recipe Valid((string Name, string Where, IReadOnlyList<YamlEntry> Differences) variant, Recipe common)
    {
        Recipe recipe = Applied(common, variant.Differences);
        try
        {
            recipe.Validate();
            return recipe;
        }
        catch (RecipeException e)
        {
            throw new RecipeException($"{variant.Where}: The variant {Allowed.Quoted(variant.Name)}: {e.Message}", e);
        }
    }

    private bool Untrained() =>
        values.TryGetValue("untrained", out YamlEntry? entry)
        && (
            entry.Value.IsPlain("true")
            || (
                entry.Value.IsPlain("false")
                    ? false
                    : throw new RecipeException($"{entry.Where}: untrained is {entry.Value}, but must be true or false.")));

    private string? Baseline()
    {
        if (!values.TryGetValue("baseline", out YamlEntry? entry))
        {
            return null;
        }

        string[] names = [.. variants.Select(variant => variant.Name)];
        string name = entry.Value.IsList ? "" : entry.Value.Items[0];
        return names.Contains(name, StringComparer.Ordinal)
            ? name
            : throw new RecipeException(
                $"{entry.Where}: baseline is {entry.Value}, which is not a variant. "
                + $"Choose one of {string.Join(", ", names)}{Nearest.Hint(name, names)}."
            );
    }

    private void RefuseTwins(AblationPlan plan)
    {
        foreach ((int index, AblationVariant variant) in plan.Variants.Index())
        {
            if (
                plan
                    .Variants.Take(index)
                    .FirstOrDefault(other =>
                        AblationVariant.WhatIsLearned(other.Recipe) == AblationVariant.WhatIsLearned(variant.Recipe)
                    ) is
                { } twin)
            {
                throw new RecipeException(
                    $"{variants[index].Where}: The variants `{twin.Name}` and `{variant.Name}` are the same recipe in everything that "
                    + $"affects what is learned: each run would be made twice. Remove one, or write the setting in which it differs."
                );
            }
        }
    }
}
