using System.Text.Json;
using DenseCL.Tests.Data;

namespace DenseCL.Tests.Cli;

public class BenchTests
{
    public static TheoryData<string[], string[]> Mistakes => new()
    {
        { ["step", "--arch", "resnet19"], ["resnet19", "resnet18"] },
        { ["step", "--method", "simclr"], ["simclr", "densecl", "mocov2"] },
        { ["step", "--precision", "fp16"], ["fp16", "bf16"] },
        { ["step", "--steps", "1"], ["--steps is 1", "2"] },
        { ["step", "--threads", "0"], ["--threads is 0", "1", "256"] },
        { ["step", "--size", "32"], ["data.size", "33"] },
        { ["loader"], ["Required argument", "--help"] },
        { ["loader", "nowhere"], ["nowhere", "nearest folder that exists"] },
        { ["loader", "IMAGES", "--size", "8"], ["--size is 8", "32", "1024"] },
        { ["loader", "IMAGES", "--channels", "9"], ["--channels is 9", "1", "8"] },
        { ["loader", "IMAGES", "--threads", "0"], ["--threads is 0", "1", "256"] },
        { ["loader", "IMAGES", "--threads", "two"], ["--threads", "two"] },
        { ["loader", "IMAGES", "--limit", "0"], ["--limit is 0", "1"] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_wrong_call_is_told_what_to_choose_before_any_measurement(string[] arguments, string[] expected)
    {
        using TemporaryImages images = new();
        images.Picture("one.jpg");
        (int status, string output, string error) = Densecl.Run(["bench", .. arguments.Select(argument => argument == "IMAGES" ? images.Root : argument)]);
        Assert.True(status == 2, $"status {status}\n{output}{error}");
        Assert.Empty(output);
        Assert.All(expected, word => Assert.Contains(word, error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("step", "--steps")]
    [InlineData("step", "--threads")]
    [InlineData("loader", "--limit")]
    [InlineData("loader", "--size")]
    public void A_wrong_number_is_repeated_as_it_was_written_in_every_language(string verb, string option)
    {
        // Swedish has a minus of its own.
        (int status, _, string error) = Densecl.RunIn(
            "sv_SE.UTF-8",
            ["bench", verb, .. verb == "loader" ? new[] { "." } : [], option, "-5"]);
        Assert.Equal(2, status);
        Assert.Contains($"{option} is -5:", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("densecl")]
    [InlineData("mocov2")]
    public void A_step_is_reported_as_one_object_whose_numbers_belong_together(string method)
    {
        JsonElement json = Report(
            "step",
            "--arch",
            "resnet18",
            "--size",
            "64",
            "--batch",
            "2",
            "--queue",
            "16",
            "--steps",
            "2",
            "--threads",
            "1",
            "--precision",
            "fp32",
            "--method",
            method,
            "--json");
        JsonElement settings = json.GetProperty("settings"), figures = json.GetProperty("figures");
        Assert.Equal(
            ["torch", "arch", "size", "batch", "queue", "steps", "method", "precision", "threads"],
            settings.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["resnet18", method, "fp32"], new[] { "arch", "method", "precision" }.Select(key => settings.GetProperty(key).GetString()));
        Assert.Equal([64, 2, 16, 2, 1], new[] { "size", "batch", "queue", "steps", "threads" }.Select(key => settings.GetProperty(key).GetInt32()));

        // Both are rounded: to a tenth of a millisecond and a hundredth of an image.
        double seconds = figures.GetProperty("secondsPerStep").GetDouble(), rate = figures.GetProperty("imagesPerSecond").GetDouble();
        Assert.InRange(2 / rate, (seconds - 0.0001) * 0.99, (seconds + 0.0001) * 1.01);
        Assert.True(figures.GetProperty("peakRssMb").GetInt64() > 0);
    }

    /// <summary>Native memory that no step gives back would show: a step of this size makes some 30 MB of activations.</summary>
    [Fact]
    public void The_memory_of_many_steps_is_that_of_few()
    {
        long few = Peak(3), many = Peak(60);
        Assert.True(many < few + 60, $"at most {few} MB in 3 steps, {many} MB in 60");

        static long Peak(int steps) =>
            Report(
                    "step",
                    "--arch",
                    "resnet18",
                    "--size",
                    "64",
                    "--batch",
                    "8",
                    "--queue",
                    "64",
                    "--steps",
                    FormattableString.Invariant($"{steps}"),
                    "--threads",
                    "1",
                    "--json")
                .GetProperty("figures")
                .GetProperty("peakRssMb")
                .GetInt64();
    }

    [Fact]
    public void Loading_is_reported_as_one_object_and_takes_no_more_images_than_it_may()
    {
        using TemporaryImages images = new();
        for (int i = 0; i < 20; i++)
            images.Picture($"train/{i:D2}.{(i % 2 == 0 ? "jpg" : "png")}", 80, 60, seed: i);
        images.Picture("val/held-out.jpg");

        JsonElement json = Report("loader", images.Root, "--size", "32", "--threads", "2", "--limit", "18", "--json");
        JsonElement settings = json.GetProperty("settings");
        Assert.Equal(images.PathOf("train"), settings.GetProperty("images").GetString());
        Assert.Equal([18, 32, 2], new[] { "files", "size", "threads" }.Select(key => settings.GetProperty(key).GetInt32()));
        Assert.All(
            new[] { "imagesPerSecond", "decodeOnly", "peakRssMb" },
            key => Assert.True(json.GetProperty("figures").GetProperty(key).GetDouble() > 0, key));
    }

    [Fact]
    public void Images_that_cannot_be_used_are_left_out_of_the_measurement_and_counted_however_many_they_are()
    {
        using TemporaryImages images = new();
        images.Picture("good.jpg", 80, 60);
        for (int i = 0; i < 3; i++)
            images.Text($"bad-{i}.jpg", "not an image");

        (int status, string output, string error) = Densecl.Run("bench", "loader", images.Root, "--size", "32", "--json");
        Assert.True(status == 0, output + error);
        Assert.Contains("3 images cannot be used and are left out, such as bad-0.jpg", error, StringComparison.Ordinal);
        Assert.Equal(1, JsonShape.Of(output).GetProperty("settings").GetProperty("files").GetInt32());
    }

    private static JsonElement Report(params string[] arguments)
    {
        (int status, string output, string error) = Densecl.Run(["bench", .. arguments]);
        Assert.True(status == 0, output + error);
        Assert.Empty(error);
        return JsonShape.Of(output);
    }
}
