using System.CommandLine;
using System.Globalization;
using DenseCL.Data;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Cli.Options;

/// <summary>What the classification verbs are told: which labelled images, and how they are shown to the network.</summary>
internal static class ClassificationOptions
{
    public static readonly Option<string?> Data = new("--data") { Description = "The images: a folder with train/ and val/ (or test/), in each a folder for every class.", HelpName = "DIR" };
    public static readonly Option<string?> Train = new("--train") { Description = "Instead: images to fit to, a folder for every class, or a pack of it.", HelpName = "DIR" };
    public static readonly Option<string?> Test = new("--test") { Description = "Images to test on, likewise.", HelpName = "DIR" };

    public static readonly Option<int> Size = new("--size")
    {
        Description = "Side of what the network sees, in pixels: the centre of the image, resized.",
        HelpName = "PIXELS",
        DefaultValueFactory = _ => 224,
    };

    public static readonly Option<int> Batch = new("--batch") { Description = "Images that go through the network at a time.", HelpName = "N", DefaultValueFactory = _ => 64 };
    public static readonly Option<int?> Threads = new("--threads") { Description = "Threads that decode; without influence on the result.", HelpName = "N" };

    /// <summary>The numbers that an option lists, separated by commas.</summary>
    public static IReadOnlyList<int> Numbers(string option, string list)
    {
        string[] words = list.Split(',', StringSplitOptions.TrimEntries);
        int[] numbers = [.. words.Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= 100_000 ? number : 0)];
        return numbers.Contains(0) || numbers.Distinct().Count() < numbers.Length
            ? throw new DataException($"{option} is '{list}': give different numbers of 1 to 100000 with commas between, such as 10,20.")
            : numbers;
    }

    public static FeatureOptions Features(ParseResult call)
    {
        FeatureOptions options = new() { Size = EvalOptions.InRange(call, Size, 32, 1024), Batch = EvalOptions.InRange(call, Batch, 1, 4096) };
        return call.GetValue(Threads) switch
        {
            null => options,
            { } threads and >= 1 and <= 256 => options with { Threads = threads },
            { } threads => throw new DataException(FormattableString.Invariant($"--threads is {threads}: choose 1 to 256.")),
        };
    }

    public static (LabelledImages Train, LabelledImages Test) Images(ParseResult call, Option<string?> together, CancellationToken stop)
    {
        CheckPlaces(call, together);
        return call.GetValue(together) is { } data ? LabelledImages.Open(data, stop) : LabelledImages.Open(call.GetValue(Train)!, call.GetValue(Test)!, stop);
    }

    /// <summary>Refuses a call that names the images twice, or not at all.</summary>
    public static void CheckPlaces(ParseResult call, Option<string?> together)
    {
        (bool data, bool train, bool test) = (call.GetValue(together) is not null, call.GetValue(Train) is not null, call.GetValue(Test) is not null);
        string? mistake = (data, train, test) switch
        {
            (true, false, false) or (false, true, true) => null,
            (false, false, false) => "Which images? Give --data DIR with train/ and val/ in it, or --train DIR and --test DIR.",
            (true, _, _) => "--data names the images to train and to test on: leave --train and --test out.",
            _ => $"{(train ? "--test" : "--train")} is missing: give both --train and --test.",
        };
        if (mistake is not null)
        {
            throw new DataException(mistake);
        }
    }
}
