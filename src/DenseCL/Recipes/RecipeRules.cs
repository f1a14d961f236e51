using System.Globalization;
using System.Numerics;
using DenseCL.Recipes.Settings;

namespace DenseCL.Recipes;

/// <summary>
/// The rules that span several settings. They are checked before a run starts. Otherwise breaking one would end the run in the middle or
/// spoil it unnoticed.
/// </summary>
internal static class RecipeRules
{
    public static void Check(Recipe recipe)
    {
        (MethodOptions method, OptimOptions optim, int size) = (recipe.Method, recipe.Optim, recipe.Data.Size);
        int batch = optim.Batch;

        if (batch % optim.Accumulation != 0 || batch / optim.Accumulation < 2)
        {
            throw Refused(
                $"optim.accumulation is {optim.Accumulation}, but must divide optim.batch, {batch}, into pieces of at least 2 images.",
                $"{Around(optim.Accumulation, Divisors(batch).Where(pieces => batch / pieces >= 2))}");
        }

        int piece = batch / optim.Accumulation;
        if (optim.BatchNormGroup is { } group && piece % group != 0)
        {
            throw Refused(
                $"""
                optim.batchNormGroup is {group}, but must divide the {piece} images that are computed at once
                (optim.batch {batch} / optim.accumulation {optim.Accumulation}).
                """,
                $"{Around(group, Divisors(piece).Where(images => images >= 2))} or `whole`");
        }

        CheckChannels(recipe.Data);
        int channels = recipe.Data.Channels;
        long most = Array.MaxLength / ((long)channels * size * size);
        if (batch > most)
        {
            throw Refused(
                $"""
                optim.batch is {batch} and data.size is {size}: the views of a batch have {(decimal)batch * size * size * channels:N0} bytes,
                more than the {Array.MaxLength:N0} that one array holds.
                """,
                $"optim.batch: {most} or less, or data.size: {(int)Math.Sqrt(Array.MaxLength / ((double)channels * batch))} or less");
        }

        if (method.Queue is { } queue && queue % batch != 0)
        {
            int lower = queue / batch * batch;
            throw Refused(
                $"""
                method.queue is {queue}, but must be a multiple of optim.batch, {batch}, and at least one batch,
                so that each batch of keys takes the place of an old one.
                """,
                $"{Around(queue, new[] { lower, lower + batch }.Where(multiple => multiple is > 0 and <= 4194304))} or `auto`");
        }

        int stride = recipe.Model.OutputStride;
        if (MapSide(recipe) < 2 && method.GridSize is null && method.Lambda > 0)
        {
            throw Refused(
                $"""
                data.size is {size}: a crop of {size} px gives a 1×1 map at stride {stride},
                and the dense loss would be a second global loss.
                """,
                $"data.size of at least {stride + 1} (better 96), or set method.gridSize: 1 if you mean it");
        }
    }

    /// <summary>The rules that need the number of images.</summary>
    public static void CheckAgainst(Recipe recipe, int imageCount)
    {
        (MethodOptions method, OptimOptions optim) = (recipe.Method, recipe.Optim);
        if (imageCount < optim.Batch)
        {
            throw Refused($"optim.batch is {optim.Batch}, but there are only {imageCount} images.", SmallerBatch(recipe, imageCount));
        }

        long steps = (long)optim.Epochs!.Value * (imageCount / optim.Batch);
        if (optim.WarmupSteps > 0 && optim.WarmupSteps >= steps)
        {
            throw Refused(
                $"optim.warmupSteps is {optim.WarmupSteps}, but the whole run has {steps} steps: the learning rate would never be reached.",
                $"at most {steps / 10}, or raise optim.epochs");
        }

        if (method.LambdaWarmupSteps > 0 && method.LambdaWarmupSteps >= steps && method.Lambda > 0)
        {
            throw Refused(
                $"method.lambdaWarmupSteps is {method.LambdaWarmupSteps}, but the whole run has {steps} steps: the dense loss would never be used.",
                $"at most {steps / 10}, or raise optim.epochs");
        }
    }

    public static IEnumerable<string> Warnings(Recipe recipe)
    {
        (MethodOptions method, OptimOptions optim) = (recipe.Method, recipe.Optim);
        bool byFeatures = method.Matching is MatchingKind.Backbone or MatchingKind.Dense or MatchingKind.Centred or MatchingKind.Nearby;
        if (byFeatures && method is { Lambda: 1, LambdaWarmupSteps: 0 })
        {
            yield return "method.lambda is 1 without a warm-up: matching starts from untrained features. "
                + "The paper sets method.lambdaWarmupSteps to 10000 for it.";
        }

        if (recipe.Data is { Channels: not DataOptions.Rgb } data && ColourSettings(data) is [_, ..] colours)
        {
            yield return FormattableString.Invariant($"data.channels is {data.Channels}: ")
                + $"{string.Join(", ", colours)} need red, green and blue, and are left out. Set them to 0 to leave this note out too.";
        }

        int side = method.GridSize ?? MapSide(recipe);
        if (method is { Lambda: > 0, ImageNegatives: { } cells } && cells >= side)
        {
            string finer = method.GridSize is null ? "a finer map (model.outputStride, data.size)" : "a larger method.gridSize";
            string fewer = side > 1 ? FormattableString.Invariant($", {side - 1} or less") : "";
            yield return FormattableString.Invariant($"method.imageNegatives is {cells}, but the dense vectors are {side}×{side}: ")
                + $"no two are that far apart. Choose {finer}{fewer}, or `none`.";
        }

        if (method is { Lambda: > 0, Matching: MatchingKind.Dense } && recipe.Model.DenseHead == DenseHead.None)
        {
            yield return "method.matching is dense and model.denseHead is none: without a head this is the same as matching by the backbone.";
        }

        if ((optim.BatchNormGroup ?? (optim.Batch / optim.Accumulation)) == optim.Batch)
        {
            yield return "optim.batchNormGroup covers the whole batch: a query and its key share their batch-norm statistics, "
                + "by which a network can find the pair without learning anything. Choose a group of half the batch or less.";
        }
    }

    private static void CheckChannels(DataOptions data)
    {
        Check("data.mean", data.Mean, data.MeasuresMean);
        Check("data.std", data.Std, data.MeasuresStd);

        void Check(string key, PerChannel given, bool measured)
        {
            int count = given.Numbers.Count;
            if (measured || count == data.Channels) return;

            throw Refused(
                $"{key} has {count} {(count == 1 ? "number" : "numbers")}, but data.channels is {data.Channels}.",
                $"{data.Channels} {(data.Channels == 1 ? "number" : "numbers")}, or `{PerChannel.Measured}`");
        }
    }

    /// <summary>The side of the backbone's map of a view.</summary>
    private static int MapSide(Recipe recipe) => (recipe.Data.Size + recipe.Model.OutputStride - 1) / recipe.Model.OutputStride;

    private static string[] ColourSettings(DataOptions data) =>
    [
        .. new[] { ("data.saturation", data.Saturation), ("data.hue", data.Hue), ("data.greyscaleProbability", data.GreyscaleProbability) }
            .Where(setting => setting.Item2 > 0)
            .Select(setting => setting.Item1),
    ];

    private static FormattableString SmallerBatch(Recipe recipe, int imageCount)
    {
        OptimOptions optim = recipe.Optim;
        if (imageCount < 2)
        {
            return $"another folder: at least 2 images make a batch, and fewer than a few hundred teach nothing";
        }

        // The largest batch that keeps all other settings valid. If there is none, a power of two with the settings that go with it.
        for (int batch = imageCount; batch >= 2; batch--)
        {
            int piece = batch / optim.Accumulation;
            bool fitsPieces = batch % optim.Accumulation == 0 && piece >= 2 && piece % (optim.BatchNormGroup ?? 1) == 0;
            if (fitsPieces && (recipe.Method.Queue ?? 0) % batch == 0)
            {
                return $"optim.batch: {batch} or less, and a learning rate lower in proportion, or give more images";
            }
        }

        int power = (int)BitOperations.RoundUpToPowerOf2((uint)(imageCount / 2) + 1);
        int group = Math.Max(2, power / 2);
        return $"optim.batch: {power}, optim.accumulation: 1, optim.batchNormGroup: {group} and method.queue: auto, or give more images";
    }

    private static IEnumerable<int> Divisors(int number) => Enumerable.Range(1, number).Where(divisor => number % divisor == 0);

    /// <summary>The nearest allowed values below and above the given one.</summary>
    private static string Around(int value, IEnumerable<int> allowed)
    {
        int[] choices = [.. allowed.Order()];
        IEnumerable<int> near = choices.Where(choice => choice < value).TakeLast(1).Concat(choices.Where(choice => choice > value).Take(1));
        return string.Join(" or ", near.Select(choice => choice.ToString(CultureInfo.InvariantCulture)));
    }

    private static RecipeException Refused(FormattableString what, FormattableString choice) =>
        new($"{FormattableString.Invariant(what).ReplaceLineEndings(" ")} Choose {FormattableString.Invariant(choice)}.");
}
