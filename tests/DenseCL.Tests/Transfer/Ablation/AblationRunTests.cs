using DenseCL.Data;
using DenseCL.Recipes;
using DenseCL.Training;
using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Tests.Transfer.Ablation;

public sealed class AblationRunTests : IDisposable
{
    private readonly TinyAblation tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Stopped_in_a_training_and_in_an_evaluation_it_ends_with_the_same_tables_as_without()
    {
        List<string> trained = [], said = [];
        using (AblationFolder whole = AblationFolder.Open(tiny["whole"]))
        {
            Assert.True(tiny.Open(whole).Run(Noted(trained), new Told(said), TestContext.Current.CancellationToken));
        }

        Assert.Equal(["MoCo-v2, seed 0", "DenseCL, seed 0", "MoCo-v2, seed 1", "DenseCL, seed 1"], trained);
        string[] lines = File.ReadAllLines(tiny["whole", "results.jsonl"]);
        Assert.Equal(12, lines.Length);
        Assert.Equal(12, said.Count);
        Assert.DoesNotContain(
            lines,
            line => line.Contains(tiny["whole"], StringComparison.Ordinal) || line.Contains(tiny.Images, StringComparison.Ordinal));
        Assert.Contains("| DenseCL | ", File.ReadAllText(tiny["whole", "table.md"]), StringComparison.Ordinal);

        // In step 3 of the second run; then in the third evaluation of what is left.
        using CancellationTokenSource inTraining = new(), inEvaluation = new();
        int measured = 0;
        using (AblationFolder folder = AblationFolder.Open(tiny["out"]))
        {
            TrainingView stopping = (title, train) => train(new Steps(step =>
            {
                if (title == "DenseCL, seed 0" && step == 3)
                {
                    inTraining.Cancel();
                }
            }));
            Assert.False(tiny.Open(folder).Run(stopping, null, inTraining.Token));
            Assert.Equal(4, File.ReadAllLines(folder.Results).Length);
            Assert.Contains("| MoCo-v2 | ", File.ReadAllText(folder.Markdown), StringComparison.Ordinal);

            AblationRun second = tiny.Open(folder, kinds: FakeEvaluation.Kinds((_, _) =>
            {
                if (++measured == 3)
                {
                    inEvaluation.Cancel();
                }
            }));
            Assert.Equal([0, 4, 4, 0, 4, 4], second.Jobs.Select(job => job.Steps));
            Assert.Equal([0, 0, 3, 0, 0, 0], second.Jobs.Select(job => job.StepsDone));
            Assert.Equal([2, 2, 0, 0, 0, 0], second.Jobs.Select(job => job.Known.Count));
            Assert.Empty(second.Notes);
            Assert.False(second.Run(Quiet, null, inEvaluation.Token));
            Assert.True(tiny.Open(folder).Run(Quiet, null, TestContext.Current.CancellationToken));
        }

        Assert.All(
            new[] { "table.md", "table.csv", "table.json" },
            name => Assert.Equal(File.ReadAllText(tiny["whole", name]), File.ReadAllText(tiny["out", name])));
        Assert.Empty(Directory.GetFiles(tiny["out"], "*.partial", SearchOption.AllDirectories));
    }

    [Fact]
    public void Results_are_carried_over_without_their_runs_and_a_changed_recipe_is_a_new_result()
    {
        string one = TinyAblation
            .Yaml.Replace("[0, 1]", "[0]", StringComparison.Ordinal)
            .Replace("  - other\n", "", StringComparison.Ordinal);
        using (AblationFolder first = AblationFolder.Open(tiny["first"]))
        {
            Assert.True(tiny.Open(first, one).Run(Quiet, null, TestContext.Current.CancellationToken));
        }

        // Only the lines, in a folder of their own, the last one torn; a variant has another name, and loads in another number of threads.
        Directory.CreateDirectory(tiny["second"]);
        File.WriteAllText(tiny["second", "results.jsonl"], File.ReadAllText(tiny["first", "results.jsonl"]) + "{\"variant\":\"Mo");
        string renamed = one.Replace("DenseCL:", "Dense:", StringComparison.Ordinal)
            .Replace("run.logEvery: 1", "run.logEvery: 2, data.threads: 1", StringComparison.Ordinal);
        using (AblationFolder second = AblationFolder.Open(tiny["second"]))
        {
            AblationRun run = tiny.Open(second, renamed, FakeEvaluation.Kinds((_, _) => Assert.Fail("Nothing is to be measured.")));
            Assert.True(
                run.Run(
                    (_, _) => throw new InvalidOperationException("Nothing is to be trained."),
                    null,
                    TestContext.Current.CancellationToken));
            Assert.Contains("1 line cannot be read", Assert.Single(run.Notes), StringComparison.Ordinal);
            Assert.Contains("| Dense | ", File.ReadAllText(second.Markdown), StringComparison.Ordinal);
            Assert.False(Directory.Exists(tiny["second", "runs"]));
        }

        // With the runs there, one of them of what is now another recipe.
        List<string> trained = [], said = [];
        using (AblationFolder first = AblationFolder.Open(tiny["first"]))
        {
            AblationRun run = tiny.Open(first, one.Replace("lambda: 0.5", "lambda: 0.7", StringComparison.Ordinal));
            Assert.Equal(2, run.Notes.Count);
            Assert.Contains(
                "1 line is stale, made by another recipe, and not used: DenseCL, seed 0.",
                run.Notes[0],
                StringComparison.Ordinal);
            Assert.Contains("method.lambda was 0.5 and is now 0.7", run.Notes[1], StringComparison.Ordinal);
            Assert.True(run.Run(Noted(trained), new Told(said), TestContext.Current.CancellationToken));
        }

        Assert.Equal(["DenseCL, seed 0"], trained);
        Assert.Contains("lambda: 0.5", File.ReadAllText(tiny["first", "runs", "DenseCL-0.old1", "recipe.yaml"]), StringComparison.Ordinal);
        Assert.Contains("lambda: 0.7", File.ReadAllText(tiny["first", "runs", "DenseCL-0", "recipe.yaml"]), StringComparison.Ordinal);

        // Other images spoil what was trained on them, other labelled data everything.
        File.Delete(Directory.GetFiles(tiny.Images)[0]);
        using (AblationFolder first = AblationFolder.LookAt(tiny["first"]))
        {
            AblationRun run = tiny.Open(first, one);
            Assert.Equal([1, 0, 0], run.Jobs.Select(job => job.Known.Count));
            Assert.Contains(run.Notes, note => note.Contains("stale, made of other images", StringComparison.Ordinal));
            File.WriteAllText(Path.Combine(tiny.Data, "y"), "more");
            run = tiny.Open(first, one);
            Assert.Equal([0, 0, 0], run.Jobs.Select(job => job.Known.Count));
            Assert.Contains(run.Notes, note => note.Contains("stale, made on other labelled data", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_run_that_diverges_does_not_keep_the_others_from_going_on()
    {
        string yaml = TinyAblation
            .Yaml.Replace("[0, 1]", "[0]", StringComparison.Ordinal)
            .Replace(
                "lambda: 0 }",
                "lambda: 0, optim.learningRate: 10, optim.weightDecay: 1, optim.schedule: constant, optim.epochs: 20 }",
                StringComparison.Ordinal);
        using AblationFolder folder = AblationFolder.Open(tiny["out"]);
        AblationRun run = tiny.Open(folder, yaml);
        Assert.True(run.Run(Quiet, null, TestContext.Current.CancellationToken));
        Assert.StartsWith("MoCo-v2, seed 0: The loss is no longer a finite number", Assert.Single(run.Failures), StringComparison.Ordinal);
        Assert.Equal(4, File.ReadAllLines(folder.Results).Length);
    }

    [Fact]
    public void A_fine_tuning_that_diverges_does_not_keep_the_others_from_going_on()
    {
        string yaml = TinyAblation.Yaml.Replace("[0, 1]", "[0]", StringComparison.Ordinal);
        using AblationFolder folder = AblationFolder.Open(tiny["out"]);
        int measured = 0;
        AblationRun run = tiny.Open(
            folder,
            yaml,
            FakeEvaluation.Kinds((_, _) => _ = ++measured == 3 ? throw new TrainingException("The loss is gone.") : 0));
        Assert.True(run.Run(Quiet, null, TestContext.Current.CancellationToken));
        Assert.Equal("MoCo-v2, seed 0: fake: { stride: 8 }: The loss is gone.", Assert.Single(run.Failures));
        Assert.Equal(5, File.ReadAllLines(folder.Results).Length);
    }

    [Fact]
    public void A_result_with_other_options_than_the_evaluations_text_now_means_is_not_used()
    {
        string yaml = TinyAblation
            .Yaml.Replace("[0, 1]", "[0]", StringComparison.Ordinal)
            .Replace("  - fake: { stride: 8 }\n", "", StringComparison.Ordinal);
        using AblationFolder folder = AblationFolder.Open(tiny["out"]);
        Assert.True(tiny.Open(folder, yaml).Run(Quiet, null, TestContext.Current.CancellationToken));

        EvaluationDefinition[] changed = [new FakeDefinition("other", (_, _) => new FakeEvaluation(new FakeOptions { Stride = 16 }, null))];
        AblationRun run = tiny.Open(folder, yaml, changed);
        Assert.All(run.Jobs, job => Assert.Empty(job.Known));
        Assert.Contains("3 lines are stale, made with other options of the evaluation", Assert.Single(run.Notes), StringComparison.Ordinal);

        // Lines that do not say it are taken for any, as those without a fingerprint of the data.
        File.WriteAllText(folder.Results, File.ReadAllText(folder.Results).Replace("\"options\"", "\"unknown\"", StringComparison.Ordinal));
        Assert.All(tiny.Open(folder, yaml, changed).Jobs, job => Assert.Single(job.Known));
    }

    [Fact]
    public void A_figure_that_was_recorded_under_an_older_name_is_the_figure_that_it_is_now()
    {
        using AblationFolder folder = AblationFolder.Open(tiny["out"]);
        Assert.True(tiny.Open(folder).Run(Quiet, null, TestContext.Current.CancellationToken));
        string now = File.ReadAllText(folder.Json);
        File.WriteAllText(folder.Results, File.ReadAllText(folder.Results).Replace("\"share\"", "\"part\"", StringComparison.Ordinal));
        AblationRun run = tiny.Open(folder);
        Assert.All(run.Jobs, job => Assert.Empty(job.Pending));
        Assert.Equal(now, run.Table.ToJson());
    }

    [Fact]
    public void Another_precision_is_another_result()
    {
        string yaml = TinyAblation.Yaml.Replace(
            "MoCo-v2: { method.lambda: 0 }",
            "MoCo-v2: { method.lambda: 0.5, run.precision: bf16 }",
            StringComparison.Ordinal);
        using AblationFolder folder = AblationFolder.LookAt(tiny["out"]);
        Assert.Equal(3, tiny.Open(folder, yaml).Jobs.Where(job => job.Seed == 0).Select(job => job.RecipeHash).Distinct().Count());
    }

    [Fact]
    public void What_does_not_fit_the_images_the_machine_or_the_disk_is_found_at_once()
    {
        using AblationFolder folder = AblationFolder.LookAt(tiny["out"]);
        Assert.Contains(
            "The variant `MoCo-v2`: optim.batch is 30",
            Refusal<RecipeException>("lambda: 0 }", "lambda: 0, optim.batch: 30, method.queue: 30 }"),
            StringComparison.Ordinal);
        Assert.Contains(
            "The variant `DenseCL`: method.lambdaWarmupSteps is 4",
            Refusal<RecipeException>("lambda: 0.5 }", "lambda: 0.5, method.lambdaWarmupSteps: 4 }"),
            StringComparison.Ordinal);
        Assert.Contains(
            "CUDA",
            Refusal<DenseCL.Platform.PlatformException>("lambda: 0.5 }", "lambda: 0.5, run.device: cuda }"),
            StringComparison.Ordinal);
        Assert.Contains(
            "gone.pth",
            Refusal<DenseCL.Weights.WeightFileException>("lambda: 0.5 }", "lambda: 0.5, model.weights: gone.pth }"),
            StringComparison.Ordinal);
        Assert.Contains(
            "no-such-labels",
            Refusal<DataException>("lambda: 0.5 }", "lambda: 0.5, run.probe: no-such-labels }"),
            StringComparison.Ordinal);
        Assert.Contains("no evaluation `othe`", Refusal<RecipeException>("- other", "- othe"), StringComparison.Ordinal);
        Assert.Contains("below", Refusal<DataException>("lambda: 0.5 }", "lambda: 0.5, data.minSide: 100 }"), StringComparison.Ordinal);
        Directory.Delete(tiny.Data, recursive: true);
        Assert.Contains("--data", Refusal<DataException>("x", "x"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(tiny["out"]));

        string Refusal<T>(string part, string by)
            where T : Exception =>
            Assert.Throws<T>(() => tiny.Open(folder, TinyAblation.Yaml.Replace(part, by, StringComparison.Ordinal))).Message;
    }

    [Fact]
    public void A_folder_of_something_else_or_in_use_is_refused_and_one_unused_is_left_as_it_was()
    {
        File.WriteAllText(tiny["file"], "");
        Assert.All(
            new[] { "file", "scenes" },
            name =>
                Assert.Contains(
                    "contains no ablation",
                    Assert.Throws<TrainingException>(() => AblationFolder.Open(tiny[name])).Message,
                    StringComparison.Ordinal));
        Assert.Contains("empty", Assert.Throws<TrainingException>(() => AblationFolder.Open(" ")).Message, StringComparison.Ordinal);
        using (AblationFolder open = AblationFolder.Open(tiny["out"]))
        {
            Assert.Contains(
                "in use",
                Assert.Throws<TrainingException>(() => AblationFolder.Open(tiny["out"])).Message,
                StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(tiny["out"]));
    }

    private static bool Quiet(string title, Func<IProgress<PretrainProgress>?, bool> train) => train(null);

    private static TrainingView Noted(List<string> titles) => (title, train) =>
    {
        titles.Add(title);
        return train(null);
    };

    private sealed class Steps(Action<long> step) : IProgress<PretrainProgress>
    {
        public void Report(PretrainProgress value) => step(value.Step);
    }

    private sealed class Told(List<string> lines) : IProgress<string>
    {
        public void Report(string value) => lines.Add(value);
    }
}
