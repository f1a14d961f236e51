using System.Globalization;
using CsCheck;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;

namespace DenseCL.Tests.Recipes;

public sealed class RecipeReaderTests
{
    [Fact]
    public void An_empty_file_is_the_defaults()
    {
        foreach (string yaml in new[] { "", "# nothing\n", "---\n", "run:\n  # keep: 5\n", "run: {}" })
        {
            Assert.Equal(new Recipe(), RecipeReader.Parse(yaml, "r.yaml"));
        }
    }

    [Fact]
    public void A_setting_stands_in_its_section_or_by_its_dotted_key()
    {
        Recipe expected = new() { Optim = new() { Epochs = 20 }, Run = new() { Keep = 5 } };
        Assert.Equal(expected, RecipeReader.Parse("optim:\n  epochs: 20\nrun: { keep: 5 }\n", "r.yaml"));
        Assert.Equal(expected, RecipeReader.Parse("optim.epochs: 20\nrun.keep: 5\n", "r.yaml"));
    }

    [Fact]
    public void A_file_starts_from_its_base()
    {
        Recipe recipe = RecipeReader.Parse("base: small\noptim:\n  epochs: 7\n", "r.yaml");
        Recipe small = RecipeReader.Read("small");
        Assert.Equal(small with { Optim = small.Optim with { Epochs = 7 } }, recipe);
        Assert.Equal(recipe, RecipeReader.Parse("optim:\n  epochs: 7\nbase: small\n", "r.yaml"));
    }

    [Fact]
    public void Overrides_are_values_in_flow_syntax()
    {
        Recipe recipe = RecipeReader.Read(
            "small",
            "data.cropScale=[0.3, 1]",
            "method.queue = auto",
            "method.keyMomentum=9.9e-1",
            "optim.schedule=constant",
            "model.weights='it''s #1.safetensors'");
        Assert.Equal(new Interval(0.3, 1), recipe.Data.CropScale);
        Assert.Null(recipe.Method.Queue);
        Assert.Equal(0.99, recipe.Method.KeyMomentum);
        Assert.Equal(Schedule.Constant, recipe.Optim.Schedule);
        Assert.Equal("it's #1.safetensors", recipe.Model.Weights);
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("~", null)]
    [InlineData("", null)]
    [InlineData("'null'", "null")]
    [InlineData("a b.safetensors", "a b.safetensors")]
    public void Weights_are_a_file_name_or_null(string yaml, string? expected) =>
        Assert.Equal(expected, RecipeReader.Read("small", $"model.weights={yaml}").Model.Weights);

    [Theory]
    [InlineData("epochs: 3", "r.yaml, line 1: There is no setting `epochs`. Did you mean `optim.epochs`?")]
    [InlineData("\nmethod:\n  epochs: 3", "r.yaml, line 3: There is no setting `method.epochs`. Did you mean `optim.epochs`?")]
    [InlineData("optim:\n  epoch: 3", "r.yaml, line 2: There is no setting `optim.epoch`. Did you mean `optim.epochs`?")]
    [InlineData(
        "optim: { learning_rate: 3 }",
        "r.yaml, line 1: There is no setting `optim.learning_rate`. Did you mean `optim.learningRate`?")]
    [InlineData("optim: { lr: 3 }", "r.yaml, line 1: There is no setting `optim.lr`. Did you mean `optim.learningRate`?")]
    [InlineData("optim: { Batch: 3 }", "r.yaml, line 1: There is no setting `optim.Batch`. Did you mean `optim.batch`?")]
    [InlineData(
        "run: { xyzzy: 3 }",
        "r.yaml, line 1: There is no setting `run.xyzzy`. The settings of `run` are seed, device, precision, checkpointEvery, checkpointMinutes, keep, logEvery, probe, probeEvery."
    )]
    [InlineData(
        "xyzzy: 3",
        "r.yaml, line 1: There is no setting `xyzzy`. A setting is written section.name; the sections are method, model, data, optim, run."
    )]
    [InlineData(
        "optimiser: { batch: 2 }",
        "r.yaml, line 1: There is no section `optimiser`; the sections are method, model, data, optim, run.")]
    [InlineData(
        "metod: { lambda: 1 }",
        "r.yaml, line 1: There is no section `metod`; the sections are method, model, data, optim, run; the nearest is `method`.")]
    public void An_unknown_key_is_refused_with_its_line_and_the_nearest_known_one(string yaml, string message) =>
        Assert.Equal(message, Refusal(yaml));

    [Theory]
    [InlineData("method:\n  lambda: 0,5", "r.yaml, line 2: method.lambda is `0,5`, but must be a finite number such as 0.5.")]
    [InlineData("method.lambda: .nan", "r.yaml, line 1: method.lambda is `.nan`, but must be a finite number such as 0.5.")]
    [InlineData("method.lambda: NaN", "r.yaml, line 1: method.lambda is `NaN`, but must be a finite number such as 0.5.")]
    [InlineData(
        "optim.learningRate: Infinity",
        "r.yaml, line 1: optim.learningRate is `Infinity`, but must be a finite number such as 0.03.")]
    [InlineData("optim.learningRate: 1e999", "r.yaml, line 1: optim.learningRate is `1e999`, but must be a finite number such as 0.03.")]
    [InlineData("model.partial: yes", "r.yaml, line 1: model.partial is `yes`, but must be true or false.")]
    [InlineData(
        "optim.epochs: 2.5",
        "r.yaml, line 1: optim.epochs is `2.5`, but must be a whole number of at most 2147483647 such as 200, or `auto`.")]
    [InlineData(
        "optim.epochs: 1,000",
        "r.yaml, line 1: optim.epochs is `1,000`, but must be a whole number of at most 2147483647 such as 200, or `auto`.")]
    [InlineData(
        "optim.epochs:",
        "r.yaml, line 1: optim.epochs is ``, but must be a whole number of at most 2147483647 such as 200, or `auto`.")]
    [InlineData(
        "optim.epochs: 99999999999",
        "r.yaml, line 1: optim.epochs is `99999999999`, but must be a whole number of at most 2147483647 such as 200, or `auto`.")]
    [InlineData(
        "optim.epochs: [1]",
        "r.yaml, line 1: optim.epochs is `[1]`, but must be a whole number of at most 2147483647 such as 200, or `auto`.")]
    [InlineData(
        "optim.batch: auto",
        "r.yaml, line 1: optim.batch is `auto`, but must be a whole number of at most 2147483647 such as 256.")]
    [InlineData(
        "method.queue: many",
        "r.yaml, line 1: method.queue is `many`, but must be a whole number of at most 2147483647 such as 65536, or `auto`.")]
    [InlineData(
        "method.queue: 'auto'",
        "r.yaml, line 1: method.queue is `auto`, but must be a whole number of at most 2147483647 such as 65536, or `auto`.")]
    [InlineData(
        "method.gridSize: auto",
        "r.yaml, line 1: method.gridSize is `auto`, but must be a whole number of at most 2147483647 such as 7, or `native`.")]
    [InlineData("run.seed: -1", "r.yaml, line 1: run.seed is `-1`, but must be a whole number from 0 to 18446744073709551615.")]
    [InlineData("data.cropScale: 0.2", "r.yaml, line 1: data.cropScale is `0.2`, but must be two finite numbers such as [0.2, 1].")]
    [InlineData(
        "data.cropScale: [0,2, 1]",
        "r.yaml, line 1: data.cropScale is `[0, 2, 1]`, but must be two finite numbers such as [0.2, 1].")]
    [InlineData(
        "data.mean: [1, 1, 1, 1, 1, 1, 1, 1, 1]",
        "r.yaml, line 1: data.mean is `[1, 1, 1, 1, 1, 1, 1, 1, 1]`, but must be a finite number for each channel such as [0.485, 0.456, 0.406], or `measured`.")]
    [InlineData(
        "data.mean: auto",
        "r.yaml, line 1: data.mean is `auto`, but must be a finite number for each channel such as [0.485, 0.456, 0.406], or `measured`.")]
    [InlineData(
        "data.mean: [1, 1, .inf]",
        "r.yaml, line 1: data.mean is `[1, 1, .inf]`, but must be a finite number for each channel such as [0.485, 0.456, 0.406], or `measured`.")]
    [InlineData(
        "method.matching: backbon",
        "r.yaml, line 1: method.matching is `backbon`, but must be one of backbone, dense, random, geometric, overlap, nearby, centred; the nearest is `backbone`."
    )]
    [InlineData(
        "method.matching: 1",
        "r.yaml, line 1: method.matching is `1`, but must be one of backbone, dense, random, geometric, overlap, nearby, centred.")]
    [InlineData(
        "optim.schedule: CosineStep",
        "r.yaml, line 1: optim.schedule is `CosineStep`, but must be one of cosine, cosine-step, constant; the nearest is `cosine-step`.")]
    [InlineData(
        "method.matching: []",
        "r.yaml, line 1: method.matching is `[]`, but must be one of backbone, dense, random, geometric, overlap, nearby, centred.")]
    [InlineData("run.device: gpu", "r.yaml, line 1: run.device is `gpu`, but must be one of auto, cpu, cuda.")]
    [InlineData(
        "data.mean: []",
        "r.yaml, line 1: data.mean is `[]`, but must be a finite number for each channel such as [0.485, 0.456, 0.406], or `measured`.")]
    [InlineData(
        "method: 5",
        "r.yaml, line 1: `method` is a section and takes no value (`5`). Write its settings below it, indented, one a line.")]
    [InlineData(
        "method: { lambda: { a: 1 } }",
        "r.yaml, line 1: `method.lambda` is a mapping of further keys, but must be one value or a list of numbers. Write `key: value`.")]
    [InlineData(
        "data: { mean: [[1]] }",
        "r.yaml, line 1: `data.mean` is a nested or very long list, but must be two or three numbers. Write them as [0.2, 1].")]
    [InlineData(
        "- 1",
        "r.yaml, line 1: A recipe is a mapping of sections. Begin with a line such as `optim:` and write its settings below, indented.")]
    [InlineData("[a]: 1", "r.yaml, line 1: A key must be a name. Write `name: value`.")]
    [InlineData("run.keep: 2\nrun: { keep: 3 }", "r.yaml, line 2: `run.keep` is given twice in the recipe. Keep one of the two.")]
    [InlineData("run: { keep: 3 }\n\nrun: { keep: 3 }", "r.yaml, line 3: `run` is given twice in the recipe. Keep one of the two.")]
    [InlineData("run.keep: 2\n---\nrun.keep: 2", "r.yaml, line 2: A second YAML document begins. Write one recipe a file.")]
    [InlineData("run.keep: 0", "r.yaml, line 1: run.keep is 0, but must be at least 1. Choose 3, or 1 where the disk is small.")]
    [InlineData(
        "base: smal",
        "r.yaml, line 1: base is `smal`, but must be the name of a shipped recipe. Choose one of demo, densecl-coco-r50, "
            + "densecl-imagenet-r101, densecl-imagenet-r50, mocov2-imagenet-r50, small, small-mobile; the nearest is `small`.")]
    public void A_wrong_value_is_refused_with_its_line_and_what_was_expected(string yaml, string message) =>
        Assert.Equal(message, Refusal(yaml));

    [Theory]
    [InlineData("run: &a { keep: 2 }")]
    [InlineData("run: { keep: &a 2 }")]
    [InlineData("run: { keep: *a }")]
    [InlineData("run: *a")]
    [InlineData("*a : 2")]
    [InlineData("&a run: { keep: 2 }")]
    [InlineData("run: { keep: !!int 2 }")]
    [InlineData("run: !foo { keep: 2 }")]
    [InlineData("!foo { run: { keep: 2 } }")]
    [InlineData("data.cropScale: [0.2, &a 1]")]
    [InlineData("data.cropScale: &a [0.2, 1]")]
    public void Anchors_aliases_and_tags_are_refused(string yaml) =>
        Assert.StartsWith(
            "r.yaml, line 1: Anchors, aliases and tags (&, *, !) are not allowed in a recipe.",
            Refusal(yaml),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("run:\n  keep: \"2", 2, 9)]
    [InlineData("run.keep: 2\n keep: 3", 2, 6)]
    [InlineData("run.keep: @2", 1, 11)]
    public void A_syntax_error_is_told_with_line_and_column(string yaml, int line, int column) =>
        Assert.StartsWith(
            $"r.yaml, line {line}, column {column}: This is not YAML that can be read.",
            Refusal(yaml),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("...\nmethod")]
    [InlineData("!!t[")]
    public void Text_on_which_the_parser_stumbles_is_told_too(string yaml) =>
        Assert.StartsWith("r.yaml, line 1: This is not YAML that can be read.", Refusal(yaml), StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_refused_before_it_costs_anything()
    {
        // Told at the first bracket: a parser that had gone on would have complained of the missing ends, after most of a minute.
        string deep = new('[', 200_000);
        Assert.Contains("a nested or very long list", Refusal("data.mean: " + deep), StringComparison.Ordinal);
        Assert.Contains("A recipe is a mapping", Refusal(deep), StringComparison.Ordinal);
        Assert.Contains("There is no section", Refusal(string.Concat(Enumerable.Repeat("{a: ", 50_000))), StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_makes_the_reader_fail_in_another_way_than_by_a_recipe_exception()
    {
        string[] tokens =
        [
            "method",
            "lambda",
            "run.keep",
            "run.device",
            "data.mean",
            "model.weights",
            "base",
            "small",
            ":",
            ": ",
            " ",
            "  ",
            "\n",
            "\n  ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "&a",
            "*a",
            "!t",
            "!",
            "'",
            "\"",
            "\\",
            "0.5",
            "auto",
            "-",
            "- ",
            "? ",
            "|",
            ">",
            "%",
            "%YAML 1.1\n",
            "---\n",
            "...\n",
            "#",
            "\t",
            "\0",
            "\ufeff",
            "\u2028",
            "<<",
            "@",
            "`",
            "\ud800",
            "é",
        ];
        Gen.OneOf(tokens).Array[0, 14].Sample(
            parts =>
            {
                try
                {
                    RecipeReader.Parse(string.Concat(parts), "r.yaml");
                }
                catch (RecipeException e)
                {
                    Assert.StartsWith("r", e.Message, StringComparison.OrdinalIgnoreCase);
                    Assert.Contains(e.Message[^1], ".?");
                }
            },
            iter: 20_000);
    }

    [Theory]
    [InlineData("epochs", "Override `epochs`: There is no `=`. Write section.name=value, such as optim.epochs=20.")]
    [InlineData("epochs=3", "Override `epochs=3`: There is no setting `epochs`. Did you mean `optim.epochs`?")]
    [InlineData("method.lambda=0,5", "Override `method.lambda=0,5`: method.lambda is `0,5`, but must be a finite number such as 0.5.")]
    [InlineData("method.lambda=2", "Override `method.lambda=2`: method.lambda is 2, but must be at least 0 and at most 1. "
        + "Choose 0.5 for DenseCL, 0 for MoCo-v2, or 1 for the dense loss alone.")]
    public void A_wrong_override_is_refused_by_its_own_text(string text, string message) =>
        Assert.Equal(message, Assert.Throws<RecipeException>(() => RecipeReader.Read("small", text)).Message);

    [Fact]
    public void An_override_is_not_read_twice() =>
        Assert.Contains(
            "overridden before",
            Assert.Throws<RecipeException>(() => RecipeReader.Read("small", "run.keep=2", "run.keep=3")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_name_that_is_neither_recipe_nor_file_tells_both_and_the_nearest_name()
    {
        string message = Assert.Throws<RecipeException>(() => RecipeReader.Read("densecl-coco-r5")).Message;
        Assert.StartsWith("There is neither a shipped recipe nor a file `densecl-coco-r5`", message, StringComparison.Ordinal);
        Assert.EndsWith("the nearest is `densecl-coco-r50`.", message, StringComparison.Ordinal);
        Assert.All(RecipeReader.Shipped, name => Assert.Contains(name, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_is_read_and_its_faults_are_told()
    {
        string folder = Directory.CreateTempSubdirectory("densecl-recipes").FullName;
        try
        {
            string path = Path.Combine(folder, "mine.yaml");
            File.WriteAllText(path, "\ufeffbase: small\r\nrun:\r\n  seed: 7\r\n");
            Assert.Equal(8u, RecipeReader.Read(path, "run.seed=8").Run.Seed);
            Assert.Equal(7u, RecipeReader.Read(path).Run.Seed);

            File.WriteAllText(path, "run.keep: 1\nrun.kep: 2\n");
            Assert.StartsWith(
                "mine.yaml, line 2: ",
                Assert.Throws<RecipeException>(() => RecipeReader.Read(path)).Message,
                StringComparison.Ordinal);

            File.WriteAllBytes(path, [0x72, 0xff, 0xfe, 0x00, 0x80]);
            Assert.Contains(
                "not UTF-8 text",
                Assert.Throws<RecipeException>(() => RecipeReader.Read(path)).Message,
                StringComparison.Ordinal);

            File.WriteAllText(path, "run.keep: 1\n" + new string('#', RecipeReader.MaxBytes - 12));
            Assert.Equal(1, RecipeReader.Read(path).Run.Keep);
            File.AppendAllText(path, "#");
            Assert.Contains(
                "more than 1048576 bytes",
                Assert.Throws<RecipeException>(() => RecipeReader.Read(path)).Message,
                StringComparison.Ordinal);

            Assert.Contains(
                "is a folder",
                Assert.Throws<RecipeException>(() => RecipeReader.Read(folder)).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("sv-SE")]
    public void The_culture_changes_nothing(string name)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        string expected = RecipeReader.Read("small").ToString();
        string refusal = Refusal("optim.INITIALMOMENTUM: -1.5");
        string range = Refusal("optim.learningRate: -1.5");
        string rule = Assert.Throws<RecipeException>(() => new Recipe().Resolve(40)).Message;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
            Assert.Equal(expected, RecipeReader.Read("small").ToString());
            Assert.Equal(0.5, RecipeReader.Read("small", "method.lambda=0.5").Method.Lambda);
            Assert.Throws<RecipeException>(() => RecipeReader.Read("small", "method.lambda=0,5"));
            Assert.Equal(16, RecipeReader.Parse("data:\n  minSide: 16", "r.yaml").Data.MinSide);
            Assert.Equal(refusal, Refusal("optim.INITIALMOMENTUM: -1.5"));
            Assert.Equal("r.yaml, line 1: There is no setting `data.MINSIDE`. Did you mean `data.minSide`?", Refusal("data.MINSIDE: 1"));
            Assert.Equal(range, Refusal("optim.learningRate: -1.5"));
            Assert.Equal(rule, Assert.Throws<RecipeException>(() => new Recipe().Resolve(40)).Message);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Refusal(string yaml) => Assert.Throws<RecipeException>(() => RecipeReader.Parse(yaml, "r.yaml")).Message;
}
