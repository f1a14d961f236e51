using DenseCL.Recipes;
using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.Definitions;
using DenseCL.Transfer.Protocols.Knn;
using DenseCL.Transfer.Protocols.Linear;
using DenseCL.Transfer.Protocols.Svm;
using DenseCL.Transfer.Solvers;

namespace DenseCL.Tests.Transfer.Ablation;

public sealed class AblationReaderTests
{
    private const string Head = "recipe: small\nseeds: [0]\n";
    private const string Variants = "variants:\n  a: {}\n  b: { method.lambda: 0 }\n";
    private const string Evaluate = "evaluate: [fake]\n";

    [Fact]
    public void A_file_says_which_recipes_seeds_and_evaluations()
    {
        AblationPlan plan = AblationReader.Parse(
            """
            # comment
            evaluate:
              - fake: { stride: 8, name: 'it''s' }
              - other
              - fake:
              - fake:
                  stride: 16
            variants:
              MoCo-v2: { method.lambda: 0 }
              DenseCL:
                method: { lambda: 0.5, queue: 128 }
                optim.epochs: 7
              "λ=0.3 (x)": { method.lambda: 0.3 }
            baseline: MoCo-v2
            untrained: true
            seeds: [3, 1, 18446744073709551615]
            set: { optim.epochs: 20, data: { size: 96 } }
            recipe: small
            """,
            "a.yaml");

        Recipe common = RecipeReader.Read("small", "optim.epochs=20", "data.size=96");
        Assert.Equal(common, plan.Base);
        Assert.Equal(["MoCo-v2", "DenseCL", "λ=0.3 (x)"], plan.Variants.Select(variant => variant.Name));
        Assert.Equal(common with { Method = common.Method with { Lambda = 0 } }, plan.Variants[0].Recipe);
        Assert.Equal(
            common with { Method = common.Method with { Lambda = 0.5, Queue = 128 }, Optim = common.Optim with { Epochs = 7 } }, plan.Variants[1].Recipe);
        Assert.Equal([3, 1, ulong.MaxValue], plan.Seeds);
        Assert.True(plan.Untrained);
        Assert.Equal("MoCo-v2", plan.Baseline);
        Assert.Equal(
            ["fake: { stride: 8, name: 'it''s' }", "other", "fake", "fake: { stride: 16 }"],
            plan.Evaluations.Select(evaluation => evaluation.Text));
        Assert.Equal(
            ["a.yaml, line 3", "a.yaml, line 4", "a.yaml, line 5", "a.yaml, line 6"],
            plan.Evaluations.Select(evaluation => evaluation.Where));
    }

    [Theory]
    [InlineData("", "a.yaml: There are no variants.")]
    [InlineData("- 1", "a.yaml, line 1: An ablation is a mapping of recipe, set, seeds, untrained, baseline, variants, evaluate.")]
    [InlineData(
        Head + Variants + Evaluate + "baselin: a",
        "a.yaml, line 7: There is no key `baselin` in an ablation; the keys are recipe, set, seeds, untrained, baseline, variants, evaluate; the nearest is `baseline`."
    )]
    [InlineData(Head + Variants + Evaluate + "seeds: [1]", "a.yaml, line 7: `seeds` is given twice in the ablation.")]
    [InlineData("seeds: [0]\n" + Variants + Evaluate, "a.yaml: There is no recipe to vary.")]
    [InlineData("recipe: smal\nseeds: [0]\n" + Variants + Evaluate, "a.yaml, line 1: There is neither a shipped recipe nor a file `smal`")]
    [InlineData("recipe: small\n" + Variants + Evaluate, "a.yaml: The list of seeds is empty")]
    [InlineData("recipe: small\nseeds: []\n" + Variants + Evaluate, "a.yaml, line 2: The list of seeds is empty")]
    [InlineData("recipe: small\nseeds: [4, 1, 4]\n" + Variants + Evaluate, "a.yaml, line 2: The seed 4 is given twice")]
    [InlineData("recipe: small\nseeds: [-1]\n" + Variants + Evaluate, "a.yaml, line 2: A seed is `-1`.")]
    [InlineData("recipe: small\nseeds: 3\n" + Variants + Evaluate, "a.yaml, line 2: The seeds are a list of whole numbers.")]
    [InlineData(Head + Evaluate, "a.yaml: There are no variants.")]
    [InlineData(Head + "variants: {}\n" + Evaluate, "a.yaml: There are no variants.")]
    [InlineData(Head + "variants: [a]\n" + Evaluate, "a.yaml, line 3: `variants` is a mapping of names.")]
    [InlineData(Head + "variants: { a: 1 }\n" + Evaluate, "a.yaml, line 3: The variant `a` is a mapping of settings.")]
    [InlineData(
        Head + "variants: { a: { method.lamda: 1 } }\n" + Evaluate,
        "a.yaml, line 3: There is no setting `method.lamda`. Did you mean `method.lambda`?")]
    [InlineData(
        Head + "variants: { a: { method.lambda: 2 } }\n" + Evaluate,
        "a.yaml, line 3: method.lambda is 2, but must be at least 0 and at most 1.")]
    [InlineData(Head + "variants: { a: { run.seed: 2 } }\n" + Evaluate, "a.yaml, line 3: run.seed is what `seeds` lists.")]
    [InlineData(Head + "set: { run: { seed: 2 } }\n" + Variants + Evaluate, "a.yaml, line 3: run.seed is what `seeds` lists.")]
    [InlineData(Head + "set: { base: demo }\n" + Variants + Evaluate, "a.yaml, line 3: There is no setting `base`.")]
    [InlineData(Head + "set: 7\n" + Variants + Evaluate, "a.yaml, line 3: `set` is a mapping of settings.")]
    [InlineData(
        Head + "variants:\n  a: {}\n  b: { optim.batch: 48, method.queue: 100 }\n" + Evaluate,
        "a.yaml, line 5: The variant `b`: optim.batchNormGroup is 32, but must divide")]
    [InlineData(Head + "variants:\n  a: {}\n  a: { method.lambda: 0 }\n" + Evaluate, "a.yaml, line 5: `a` is given twice in the ablation.")]
    [InlineData(
        Head + "variants:\n  a: {}\n  A: { method.lambda: 0 }\n" + Evaluate,
        "a.yaml, line 5: The variants `a` and `A` would share a folder")]
    [InlineData(
        Head + "variants:\n  a: {}\n  b: { method.lambda: 0.5 }\n" + Evaluate,
        "a.yaml, line 5: The variants `a` and `b` are the same recipe")]
    [InlineData(
        Head + "variants:\n  a: { method.lambda: 0.4 }\n  b: { method.lambda: 0.4, run.keep: 2 }\n" + Evaluate,
        "a.yaml, line 5: The variants `a` and `b` are the same recipe")]
    [InlineData(
        Head + "variants: { a/b: {} }\n" + Evaluate,
        "a.yaml, line 3: The variant `a/b` cannot be the name of a folder on every system.")]
    [InlineData(Head + "variants: { .a: {} }\n" + Evaluate, "a.yaml, line 3: The variant `.a` cannot be the name of a folder on every system.")]
    [InlineData(
        Head + "variants: { 'a|b': {} }\n" + Evaluate,
        "a.yaml, line 3: The variant `a|b` cannot be the name of a folder on every system.")]
    [InlineData(Head + "variants: { '': {} }\n" + Evaluate, "a.yaml, line 3: The variant `` cannot be the name of a folder on every system.")]
    [InlineData(Head + "variants: { Untrained: {} }\n" + Evaluate, "a.yaml, line 3: The name `Untrained` is that of the untrained start")]
    [InlineData(Head + "baseline: c\n" + Variants + Evaluate, "a.yaml, line 3: baseline is `c`, which is not a variant. Choose one of a, b.")]
    [InlineData(Head + "untrained: yes\n" + Variants + Evaluate, "a.yaml, line 3: untrained is `yes`, but must be true or false.")]
    [InlineData(Head + Variants, "a.yaml: Nothing is evaluated")]
    [InlineData(Head + Variants + "evaluate: []", "a.yaml: Nothing is evaluated")]
    [InlineData(Head + Variants + "evaluate: fake", "a.yaml, line 6: `evaluate` is not a list.")]
    [InlineData(Head + Variants + "evaluate: [fake, [fake]]", "a.yaml, line 6: An evaluation is `[fake]`.")]
    [InlineData(Head + Variants + "evaluate: [fake, fake]", "a.yaml, line 6: The evaluation `fake` is given twice.")]
    [InlineData(
        Head + Variants + "evaluate:\n  - fake: { stride: 8 }\n  - fake: { stride: 8 }",
        "a.yaml, line 8: The evaluation `fake: { stride: 8 }` is given twice.")]
    [InlineData(
        Head + Variants + "evaluate:\n  - fake:\n    stride: 8",
        "a.yaml, line 8: `stride` is in the same item of the list as `fake`.")]
    [InlineData(Head + Variants + "evaluate:\n  - fake: 8", "a.yaml, line 7: Write evaluations as a list")]
    [InlineData(Head + Variants + "evaluate: [{}]", "a.yaml, line 6: An item of `evaluate` is empty.")]
    [InlineData("recipe: &a small\n", "a.yaml, line 1: Anchors, aliases and tags")]
    [InlineData(Head + "variants: { a: &a {} }", "a.yaml, line 3: Anchors, aliases and tags")]
    [InlineData(Head + "---\n" + Variants, "a.yaml, line 3: A second YAML document begins. Write one ablation a file.")]
    public void What_is_wrong_is_told_with_its_line(string yaml, string message) =>
        Assert.StartsWith(
            message,
            Assert.Throws<RecipeException>(() => AblationReader.Parse(yaml, "a.yaml")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("fakes", "a.yaml, line 3: There is no evaluation `fakes`; the evaluations are fake, other; the nearest is `fake`.")]
    [InlineData(
        "fake: { strid: 8 }",
        "a.yaml, line 3: The evaluation `fake` has no option `strid`; its options are stride, name; the nearest is `stride`.")]
    [InlineData("fake: { stride: 7 }", "a.yaml, line 3: fake.stride is `7`: The stride must be 8, 16 or 32.")]
    [InlineData(
        "fake: { stride: wide }",
        "a.yaml, line 3: fake.stride is `wide`, but must be a whole number of at most 2147483647 such as 32.")]
    [InlineData("fake: { name: [a, b] }", "a.yaml, line 3: fake.name is `[a, b]`, but must be one name.")]
    [InlineData(
        "other: { notInYaml: [1] }",
        "a.yaml, line 3: The evaluation `other` has no option `notInYaml`; its options are stride, name, title.")]
    public void Evaluations_and_their_options_are_checked(string evaluation, string message)
    {
        PlannedEvaluation planned = AblationReader
            .Parse(
                $"{Head}evaluate: [{{{(evaluation.Contains(':', StringComparison.Ordinal) ? evaluation : evaluation + ": {}")}}}]\n{Variants}",
                "a.yaml")
            .Evaluations[0];
        Assert.Equal(message, Assert.Throws<RecipeException>(() => planned.Create(FakeEvaluation.Kinds(), "data", [0], [])).Message);
    }

    [Fact]
    public void Options_become_a_record_and_what_is_not_written_keeps_its_default()
    {
        PlannedEvaluation planned = AblationReader
            .Parse($"{Head}evaluate:\n  - dense-probe: {{ l2: 0.5, ignoreLabel: -1 }}\n{Variants}", "a.yaml")
            .Evaluations[0];
        Assert.Equal(new LogisticRegressionOptions { L2 = 0.5, IgnoreLabel = -1 }, planned.Given.Read<LogisticRegressionOptions>());
    }

    [Fact]
    public void Options_may_be_lists_of_numbers()
    {
        Assert.Equal([5, 10], Options("knn: { neighbours: [5, 10] }").Read<KnnOptions>().Neighbours);
        Assert.Equal([0, 254], Options("dense-probe: { ignore: [0, 254] }").Read<SegmentationDataOptions>().Ignore);
        Assert.Equal([0.1, 1e-4], Options("linear: { penalties: [0.1, 1e-4] }").Read<LinearOptions>().Penalties);
        Assert.Empty(Options("svm: { shots: [] }").Read<SvmOptions>().Shots);
        Assert.Equal(
            "a.yaml, line 4: knn.neighbours is `[5, x]`, but must be a list of whole numbers such as [20, 10, 100, 200].",
            Refusal<KnnOptions>("knn: { neighbours: [5, x] }"));
        Assert.StartsWith(
            "a.yaml, line 4: dense-probe.ignore is `7`, but must be a list of whole numbers from 0 to 255",
            Refusal<SegmentationDataOptions>("dense-probe: { ignore: 7 }"),
            StringComparison.Ordinal);
        Assert.Equal(
            "a.yaml, line 4: knn.neighbours is `[0]`: choose different numbers, at least one, each 1 to 100000.",
            Refusal<KnnOptions>("knn: { neighbours: [0] }"));

        static EvaluationOptions Options(string evaluation) =>
            AblationReader.Parse($"{Head}evaluate:\n  - {evaluation}\n{Variants}", "a.yaml").Evaluations[0].Given;

        static string Refusal<T>(string evaluation)
            where T : class, new() => Assert.Throws<RecipeException>(() => Options(evaluation).Read<T>()).Message;
    }

    [Fact]
    public void A_recipe_file_lies_beside_the_ablation()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["mine.yaml"], "base: small\noptim.epochs: 3\n");
        File.WriteAllText(folder["a.yaml"], "recipe: mine.yaml\nseeds: [0]\n" + Variants + Evaluate);
        Assert.Equal(3, AblationReader.Read(folder["a.yaml"]).Base.Optim.Epochs);
    }

    [Fact]
    public void A_name_that_is_no_file_is_told_with_the_nearest()
    {
        string message = Assert.Throws<RecipeException>(() => AblationReader.Read("headlin")).Message;
        Assert.StartsWith("There is neither a shipped ablation nor a file `headlin`", message, StringComparison.Ordinal);
        Assert.EndsWith("the nearest is `headline`.", message, StringComparison.Ordinal);
    }
}
