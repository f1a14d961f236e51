using System.Text.Json;
using DenseCL.Recipes;
using DenseCL.Training;

namespace DenseCL.Tests.Cli;

/// <summary>A run as a service: it starts or goes on by itself, may become longer, and its lines are read by programs.</summary>
public class ServiceTests
{
    [Fact]
    public void Resume_auto_starts_goes_on_and_ends_and_what_it_makes_is_that_of_one_run()
    {
        using TemporaryFolder folder = new();
        string images = Path.Combine(ResumeTests.Scenes(folder), "images"), run = folder["run"], whole = folder["whole"];
        string[] call = [.. ResumeTests.Arguments(images, run), "--resume", "auto"];
        Done(ResumeTests.Arguments(images, whole));

        Directory.CreateDirectory(run);     // as a container's volume, empty
        Done(call);
        AssertSame(whole, run, "metrics.jsonl", "backbone.safetensors", "recipe.yaml");

        File.Delete(Directory.GetFiles(Path.Combine(run, "checkpoints")).Order(StringComparer.Ordinal).Last());
        Assert.Contains("Continuing after step 20 of 24.", Done(call), StringComparison.Ordinal);
        AssertSame(whole, run, "metrics.jsonl", "backbone.safetensors", "recipe.yaml");

        Assert.Contains("The run is complete: all 24 steps are done.", Done(call), StringComparison.Ordinal);
        AssertSame(whole, run, "metrics.jsonl", "backbone.safetensors", "recipe.yaml");

        (int status, _, string error) = Densecl.Run([.. ResumeTests.Arguments(images, run), "--resume", "always"]);
        Assert.Equal(2, status);
        Assert.Contains("--resume is 'always', but must be one of auto", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_may_become_longer_with_the_schedule_of_all_its_epochs()
    {
        using TemporaryFolder folder = new();
        string images = Path.Combine(ResumeTests.Scenes(folder), "images"), run = folder["run"], other = folder["other"];
        Done(ResumeTests.Arguments(images, run));
        string[] before = File.ReadAllLines(Path.Combine(run, "metrics.jsonl"));
        Copy(run, other);

        string said = Done("pretrain", "--images", images, "--out", run, "--resume", "--set", "optim.epochs=5", "--set", "run.keep=100");
        Assert.Contains("optim.epochs grows from 3 to 5", said, StringComparison.Ordinal);
        Assert.Contains("Continuing after step 24 of 40.", said, StringComparison.Ordinal);
        string[] after = File.ReadAllLines(Path.Combine(run, "metrics.jsonl"));
        Assert.Equal(before, after[..24]);
        OptimOptions optim = RecipeReader.Read(Path.Combine(run, "recipe.yaml")).Optim;
        Assert.Equal(5, optim.Epochs);
        Assert.Equal(40, after.Length);
        for (int step = 24; step < 40; step++)
        {
            using JsonDocument line = JsonDocument.Parse(after[step]);
            Assert.Equal(LearningRate.At(optim, step, 8), line.RootElement.GetProperty("learningRate").GetDouble(), 12);
        }

        // The copy is interrupted after it has grown, and goes on without --set.
        Done("pretrain", "--images", images, "--out", other, "--resume", "--set", "optim.epochs=5", "--set", "run.keep=100");
        foreach (string late in Directory.GetFiles(Path.Combine(other, "checkpoints")).Where(file => string.CompareOrdinal(Path.GetFileName(file), "step-000000030.safetensors") > 0))
        {
            File.Delete(late);
        }

        said = Done("pretrain", "--images", images, "--out", other, "--resume");
        Assert.DoesNotContain("grows", said, StringComparison.Ordinal);
        Assert.Contains("Continuing after step 30 of 40.", said, StringComparison.Ordinal);
        AssertSame(run, other, "metrics.jsonl", "checkpoints/step-000000040.safetensors");

        (int status, _, string error) = Densecl.Run("pretrain", "--images", images, "--out", run, "--resume", "--set", "optim.epochs=4");
        Assert.Equal(2, status);
        Assert.Contains("optim.epochs was 5 and is now 4 (they may only grow)", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_line_of_a_json_log_is_an_object_with_time_and_level_and_steps_have_their_figures()
    {
        using TemporaryFolder folder = new();
        string images = Path.Combine(ResumeTests.Scenes(folder), "images"), run = folder["run"];
        (int status, string output, string error) = Densecl.RunIn("de_DE.UTF-8", [.. ResumeTests.Arguments(images, run), "--log-format", "json"]);
        Assert.True(status == 0, error);
        JsonElement[] lines = Objects(output);
        Assert.All(lines, line => Assert.True(line.GetProperty("level").GetString() is "info" or "warning"));
        JsonElement[] steps = [.. lines.Where(line => line.TryGetProperty("event", out JsonElement kind) && kind.GetString() == "step")];
        string[] metrics = File.ReadAllLines(Path.Combine(run, "metrics.jsonl"));
        Assert.Equal(24, steps.Length);
        for (int i = 0; i < steps.Length; i++)
        {
            using JsonDocument metric = JsonDocument.Parse(metrics[i]);
            Assert.Equal(metric.RootElement.GetProperty("step").GetInt64(), steps[i].GetProperty("step").GetInt64());
            Assert.Equal(metric.RootElement.GetProperty("loss").GetDouble(), steps[i].GetProperty("loss").GetDouble(), 4);
        }

        Assert.Contains(lines, line => line.TryGetProperty("message", out JsonElement text) && text.GetString()!.StartsWith("Done: ", StringComparison.Ordinal));

        (status, output, error) = Densecl.Run([.. ResumeTests.Arguments(images, run), "--log-format", "json"]);
        Assert.Equal(2, status);
        Assert.Equal("", output);
        JsonElement wrong = Assert.Single(Objects(error));
        Assert.Equal("error", wrong.GetProperty("level").GetString());
        Assert.Contains("continue it with --resume", wrong.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void With_json_the_result_stays_the_only_object_of_standard_output()
    {
        using TemporaryFolder folder = new();
        string[] call = ["eval", "match-score", "--untrained", "resnet18", "--images", Path.Combine(ResumeTests.Scenes(folder), "images"), "--log-format", "json"];
        (int status, string output, string error) = Densecl.Run([.. call, "--json"]);
        Assert.True(status == 0, error);
        using JsonDocument result = JsonDocument.Parse(output);
        Assert.True(result.RootElement.TryGetProperty("figures", out _));
        Assert.NotEmpty(Objects(error));
        Assert.All(Objects(error), line => Assert.Equal("info", line.GetProperty("level").GetString()));

        (status, output, error) = Densecl.Run(call);
        Assert.True(status == 0, error);
        Assert.Contains(Objects(output), line => line.GetProperty("message").GetString()!.Contains('│', StringComparison.Ordinal));    // of the table
    }

    private static JsonElement[] Objects(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", json.RootElement.GetProperty("time").GetString());
            return json.RootElement.Clone();
        })];

    private static string Done(params string[] call)
    {
        (int status, string output, string error) = Densecl.Run(call);
        Assert.True(status == 0, output + error);
        return output;
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static void AssertSame(string first, string second, params string[] files) =>
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(first, file)), File.ReadAllBytes(Path.Combine(second, file))));
}
