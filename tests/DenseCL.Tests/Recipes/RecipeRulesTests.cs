using CsCheck;
using DenseCL.Recipes;

namespace DenseCL.Tests.Recipes;

public sealed class RecipeRulesTests
{
    /// <summary>600,000 images in all, 10 to 800 times.</summary>
    [Theory]
    [InlineData(64, 800)]
    [InlineData(750, 800)]
    [InlineData(751, 798)]
    [InlineData(6000, 100)]
    [InlineData(60_000, 10)]
    [InlineData(1_000_000, 10)]
    public void Epochs_that_are_auto_follow_from_the_number_of_images(int images, int epochs)
    {
        Recipe recipe = RecipeReader.Read("small");
        Assert.Null(recipe.Optim.Epochs);
        Assert.Equal(epochs, recipe.Resolve(images).Optim.Epochs);
        Assert.Equal(3, RecipeReader.Read("small", "optim.epochs=3").Resolve(images).Optim.Epochs);
        Assert.Contains(FormattableString.Invariant($"epochs: {epochs}\n"), recipe.Resolve(images).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 65536, "Choose 65500 or 65600 or `auto`.")]
    [InlineData(256, 255, "Choose 256 or `auto`.")]
    [InlineData(256, 257, "Choose 256 or 512 or `auto`.")]
    [InlineData(3000, 4194303, "Choose 4194000 or `auto`.")]
    public void A_queue_that_is_no_multiple_of_the_batch_is_refused_with_the_nearest_multiples(int batch, int queue, string choice)
    {
        string message = Refusal($"optim.batch={batch}", "optim.batchNormGroup=whole", $"method.queue={queue}");
        Assert.Contains($"method.queue is {queue}, but must be a multiple of optim.batch, {batch}", message, StringComparison.Ordinal);
        Assert.EndsWith(choice, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 48, "32 or 64 or `whole`")]
    [InlineData(1, 512, "256 or `whole`")]
    [InlineData(16, 32, "16 or `whole`")]
    public void A_batch_norm_group_that_does_not_divide_a_piece_is_refused_with_the_nearest_divisors(
        int accumulation,
        int group,
        string choice)
    {
        string message = Refusal($"optim.accumulation={accumulation}", $"optim.batchNormGroup={group}");
        Assert.Contains(
            $"optim.batchNormGroup is {group}, but must divide the {256 / accumulation} images",
            message,
            StringComparison.Ordinal);
        Assert.EndsWith($"Choose {choice}.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "2 or 4")]
    [InlineData(256, "128")]
    [InlineData(60000, "128")]
    public void An_accumulation_that_leaves_no_whole_pieces_of_two_images_is_refused(int accumulation, string choice)
    {
        string message = Refusal($"optim.accumulation={accumulation}");
        Assert.Contains($"optim.accumulation is {accumulation}, but must divide optim.batch, 256,", message, StringComparison.Ordinal);
        Assert.EndsWith($"Choose {choice}.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_one_by_one_map_is_refused_unless_it_was_asked_for_or_there_is_no_dense_loss()
    {
        string message = Refusal("data.size=32");
        Assert.Contains(
            "a crop of 32 px gives a 1×1 map at stride 32, and the dense loss would be a second global loss. "
            + "Choose data.size of at least 33 (better 96), or set method.gridSize: 1 if you mean it.",
            message,
            StringComparison.Ordinal);
        Assert.Equal(33, Read("data.size=33").Data.Size);
        Assert.Equal(1, Read("data.size=32", "method.gridSize=1").Method.GridSize);
        Assert.Equal(0, Read("data.size=32", "method.lambda=0").Method.Lambda);
    }

    [Theory]
    [InlineData("data.channels=5", "data.mean=[0.1,0.2,0.3,0.4]", "data.mean has 4 numbers, but data.channels is 5. Choose 5 numbers, or `measured`.")]
    [InlineData("data.channels=5", "data.std=[0.1,0.2,0.3]", "data.std has 3 numbers, but data.channels is 5. Choose 5 numbers, or `measured`.")]
    [InlineData("data.channels=1", "data.std=[0.1,0.2]", "data.std has 2 numbers, but data.channels is 1. Choose 1 number, or `measured`.")]
    [InlineData("data.channels=3", "data.mean=[0.5]", "data.mean has 1 number, but data.channels is 3. Choose 3 numbers, or `measured`.")]
    public void Means_and_deviations_of_another_number_than_the_channels_are_refused(string channels, string numbers, string message) =>
        Assert.EndsWith(message, Refusal(channels, numbers), StringComparison.Ordinal);

    [Fact]
    public void Imagenets_numbers_stand_for_measured_ones_where_there_are_other_channels()
    {
        Assert.Equal((false, false), Measures());
        Assert.Equal((true, true), Measures("data.channels=1"));
        Assert.Equal((true, true), Measures("data.channels=8"));
        Assert.Equal((false, true), Measures("data.channels=2", "data.mean=[0.3,0.4]"));
        Assert.Equal((true, false), Measures("data.mean=measured"));

        static (bool, bool) Measures(params string[] settings)
        {
            DataOptions data = Read(settings).Data;
            return (data.MeasuresMean, data.MeasuresStd);
        }
    }

    [Fact]
    public void Settings_of_colour_are_said_to_be_left_out_where_there_is_no_colour()
    {
        string warning = Assert.Single(Read("data.channels=5", "data.hue=0").Warnings);
        Assert.StartsWith(
            "data.channels is 5: data.saturation, data.greyscaleProbability need red, green and blue, and are left out.",
            warning,
            StringComparison.Ordinal);
        Assert.Empty(Read("data.channels=5", "data.hue=0", "data.saturation=0", "data.greyscaleProbability=0").Warnings);
        Assert.Empty(Read().Warnings);
    }

    [Fact]
    public void A_batch_of_views_of_many_channels_that_fits_into_no_array_is_refused()
    {
        string message = Refusal("data.size=1024", "optim.batch=512", "optim.batchNormGroup=whole", "method.queue=auto", "data.channels=8");
        Assert.Contains("the views of a batch have 4,294,967,296 bytes", message, StringComparison.Ordinal);
        Assert.EndsWith("Choose optim.batch: 255 or less, or data.size: 724 or less.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_of_views_that_fits_into_no_array_is_refused()
    {
        string message = Refusal("data.size=1024", "optim.batch=768", "optim.batchNormGroup=whole", "method.queue=auto");
        Assert.Contains(
            "optim.batch is 768 and data.size is 1024: the views of a batch have 2,415,919,104 bytes, more than the 2,147,483,591",
            message,
            StringComparison.Ordinal);
        Assert.EndsWith("Choose optim.batch: 682 or less, or data.size: 965 or less.", message, StringComparison.Ordinal);
        Assert.Equal(682, Read("data.size=1024", "optim.batch=682", "optim.batchNormGroup=whole", "method.queue=auto").Optim.Batch);
    }

    [Fact]
    public void A_grid_larger_than_the_map_is_allowed() => Assert.Equal(9, Read("data.size=96", "method.gridSize=9").Method.GridSize);

    [Fact]
    public void The_dense_loss_alone_warns_unless_it_is_warmed_up()
    {
        Assert.Contains("10000", Assert.Single(Read("method.lambda=1").Warnings), StringComparison.Ordinal);
        Assert.Empty(Read("method.lambda=1", "method.matching=overlap").Warnings);
        Assert.Contains(
            "no two are that far apart. Choose a finer map (model.outputStride, data.size), 2 or less, or `none`.",
            Assert.Single(Read("method.imageNegatives=3", "data.size=96").Warnings),
            StringComparison.Ordinal);
        Assert.Contains(
            "Choose a larger method.gridSize, or `none`.",
            Assert.Single(Read("method.imageNegatives=1", "method.gridSize=1").Warnings),
            StringComparison.Ordinal);
        Assert.Contains(
            "same as matching by the backbone",
            Assert.Single(Read("method.matching=dense", "model.denseHead=none").Warnings),
            StringComparison.Ordinal);
        Assert.Empty(Read("method.lambda=1", "method.lambdaWarmupSteps=10000").Warnings);
        Assert.Empty(Read("method.lambda=0.9").Warnings);
    }

    [Theory]
    [InlineData("whole", 1, true)]
    [InlineData("256", 1, true)]
    [InlineData("128", 1, false)]
    [InlineData("whole", 2, false)]
    public void One_batch_norm_group_for_the_whole_batch_warns(string group, int accumulation, bool warns)
    {
        Recipe recipe = Read($"optim.batchNormGroup={group}", $"optim.accumulation={accumulation}");
        Assert.Equal(warns, recipe.Warnings.Any(warning => warning.Contains("optim.batchNormGroup", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(32, 32, 0.99)] // 16 in whole batches of 32, at least one.
    [InlineData(49, 32, 0.99)]
    [InlineData(50, 256, 0.99)]
    [InlineData(999, 256, 0.99)]
    [InlineData(1_000, 2048, 0.99)]
    [InlineData(9_999, 2048, 0.99)]
    [InlineData(10_000, 16384, 0.996)]
    [InlineData(59_999, 16384, 0.996)]
    [InlineData(60_000, 65536, 0.999)]
    [InlineData(int.MaxValue, 65536, 0.999)]
    public void Auto_follows_the_number_of_images(int images, int queue, double momentum)
    {
        Recipe resolved = RecipeReader.Read("small", "optim.batch=32", "optim.batchNormGroup=16").Resolve(images);
        Assert.Equal(queue, resolved.Method.Queue);
        Assert.Equal(momentum, resolved.Method.KeyMomentum);
    }

    [Fact]
    public void What_is_not_auto_stays_when_a_recipe_is_resolved()
    {
        Recipe recipe = Read("method.queue=512", "method.keyMomentum=0.5", "optim.batchNormGroup=whole");
        Assert.Equal(recipe, recipe.Resolve(300));
    }

    [Fact]
    public void An_automatic_queue_is_always_a_multiple_of_the_batch_and_not_below_the_documented_length() =>
        Gen.Select(Gen.Int[2, 65536], Gen.Int[0, 5_000_000]).Sample((batch, more) =>
        {
            int images = (int)Math.Min(int.MaxValue, (long)batch + more);
            var recipe = new Recipe { Data = new() { Size = 64 }, Method = new() { Queue = null }, Optim = new() { Batch = batch, BatchNormGroup = null } };
            int queue = recipe.Resolve(images).Method.Queue!.Value;
            int documented = images < 50 ? 16 : images < 1000 ? 256 : images < 10_000 ? 2048 : images < 60_000 ? 16384 : 65536;
            return queue % batch == 0 && queue >= documented && queue < documented + batch;
        });

    [Fact]
    public void The_batch_that_is_recommended_for_few_images_is_valid() =>
        Gen.Select(Gen.Int[2, 255], Gen.OneOf("1", "2", "4"), Gen.OneOf("whole", "16", "32"), Gen.OneOf("auto", "1024")).Sample(
            (images, accumulation, group, queue) =>
            {
                string[] settings = [$"optim.accumulation={accumulation}", $"optim.batchNormGroup={group}", $"method.queue={queue}"];
                string message = Assert.Throws<RecipeException>(() => { Read(settings).Resolve(images); }).Message;
                Assert.StartsWith($"optim.batch is 256, but there are only {images} images.", message, StringComparison.Ordinal);

                // "Choose optim.batch: 32 or less" or "Choose optim.batch: 32, optim.accumulation: 1, … and method.queue: auto".
                Dictionary<string, string> changed = settings.Select(text => text.Split('=')).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
                string[] words = message.Split([' ', ',']);
                for (int i = 0; i < words.Length; i++)
                {
                    if (words[i].EndsWith(':'))
                    {
                        changed[words[i][..^1]] = words[i + 1];
                    }
                }

                int batch = Read([.. changed.Select(pair => $"{pair.Key}={pair.Value}")]).Resolve(images).Optim.Batch;
                Assert.InRange(batch, 2, images);
            },
            iter: 300);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void One_image_is_too_few_for_any_batch(int images)
    {
        string message = Assert.Throws<RecipeException>(() => new Recipe().Resolve(images)).Message;
        Assert.Contains("at least 2 images", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("optim.warmupSteps", 40)]
    [InlineData("method.lambdaWarmupSteps", 40)]
    public void A_warm_up_must_end_before_the_run(string key, int steps)
    {
        // 10 epochs of 1100 images are 10 × 4 whole batches of 256.
        string[] settings = ["optim.epochs=10", $"{key}={steps}"];
        string message = Assert.Throws<RecipeException>(() => Read(settings).Resolve(1100)).Message;
        Assert.StartsWith($"{key} is 40, but the whole run has 40 steps", message, StringComparison.Ordinal);
        Assert.EndsWith("Choose at most 4, or raise optim.epochs.", message, StringComparison.Ordinal);
        Read("optim.epochs=10", $"{key}={steps - 1}").Resolve(1100);
    }

    private static string Refusal(params string[] settings)
    {
        string message = Assert.Throws<RecipeException>(() => Read(settings)).Message;
        Assert.StartsWith("Recipe `densecl-imagenet-r50`: ", message, StringComparison.Ordinal);
        return message;
    }

    private static Recipe Read(params string[] settings) => RecipeReader.Read("densecl-imagenet-r50", settings);
}
