using System.Text.Json;
using DenseCL.Data;
using DenseCL.Recipes;
using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Protocols;

namespace DenseCL.Tests.Transfer.Ablation;

/// <summary>The match score as an ablation names it.</summary>
public sealed class MatchScoreAblationTests : IDisposable
{
    private readonly TinyAblation tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void It_measures_on_images_of_its_own_and_anew_when_they_change()
    {
        string unlabelled = tiny["unlabelled"];
        Directory.CreateDirectory(unlabelled);
        foreach (string scene in Directory.GetFiles(tiny.Images).Order(StringComparer.Ordinal).Take(3))
        {
            File.Copy(scene, Path.Combine(unlabelled, Path.GetFileName(scene)));
        }

        string yaml = Yaml($"match-score: {{ images: '{unlabelled}', size: 64, pairs: 1 }}");
        using (AblationFolder folder = AblationFolder.Open(tiny["out"]))
        {
            AblationRun run = tiny.Open(folder, yaml, Evaluations.All);
            Assert.Equal([1, 1], run.Jobs.Select(job => job.Pending.Count));
            Assert.True(run.Run((_, train) => train(null), null, TestContext.Current.CancellationToken));
            Assert.Empty(run.Failures);
            string[] lines = File.ReadAllLines(folder.Results);
            Assert.Equal(2, lines.Length);
            Assert.All(lines, line =>
            {
                using JsonDocument json = JsonDocument.Parse(line);
                JsonElement figures = json.RootElement.GetProperty("figures");
                Assert.InRange(figures.GetProperty("matches").GetDouble(), 0, 1);
                Assert.Equal(["matches", "exactMatches", "chance"], figures.EnumerateObject().Select(figure => figure.Name));
            });
            Assert.All(tiny.Open(folder, yaml, Evaluations.All).Jobs, job => Assert.Empty(job.Pending));

            File.Delete(Directory.GetFiles(unlabelled)[0]);
            Assert.All(tiny.Open(folder, yaml, Evaluations.All).Jobs, job => Assert.Single(job.Pending));
        }
    }

    [Fact]
    public void Of_camvid_it_takes_the_images_of_a_split()
    {
        foreach (string split in new[] { "train", "val", "test" })
        {
            foreach (string part in new[] { "images", "labels" })
            {
                Directory.CreateDirectory(tiny["camvid", part, split]);
                File.Copy(Directory.GetFiles(tiny.Images)[0], tiny["camvid", part, split, $"0001TP_{split}.png"]);
            }
        }

        string usual = Fingerprint("match-score"),
            test = Fingerprint("match-score: { testSplit: test }"),
            val = Fingerprint("match-score: { testSplit: val }");
        Assert.Equal(usual, test);
        Assert.NotEqual(usual, val);
        Assert.Equal(test, Fingerprint($"match-score: {{ images: '{tiny["camvid"]}' }}"));
        Assert.Contains(
            "'tset'",
            Assert.Throws<DataException>(() => Fingerprint("match-score: { testSplit: tset }")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "nowhere",
            Assert.Throws<DataException>(() => Fingerprint("match-score: { images: nowhere }")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "64",
            Assert.Throws<RecipeException>(() => Fingerprint("match-score: { size: 63 }")).Message,
            StringComparison.Ordinal);
        string unknown = Assert.Throws<RecipeException>(() => Fingerprint("match-score: { piars: 3 }")).Message;
        Assert.All(
            new[] { "piars", "pairs", "images", "testSplit", "limit" },
            word => Assert.Contains(word, unknown, StringComparison.Ordinal));

        string Fingerprint(string evaluation) => Create(evaluation, tiny["camvid"]).Fingerprint;
    }

    private static IEvaluation Create(string evaluation, string data) =>
        AblationReader.Parse(Yaml(evaluation), "a.yaml").Evaluations[0].Create(Evaluations.All, data, [0], []);

    private static string Yaml(string evaluation) => TinyAblation.Yaml
        .Replace("seeds: [0, 1]", "seeds: [0]", StringComparison.Ordinal)
        .Replace("baseline: MoCo-v2\n", "", StringComparison.Ordinal)
        .Replace("  MoCo-v2: { method.lambda: 0 }\n", "", StringComparison.Ordinal)
        .Split("evaluate:")[0] + $"evaluate:\n  - {evaluation}\n";
}
