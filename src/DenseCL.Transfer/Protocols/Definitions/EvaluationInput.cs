using DenseCL.Data;
using DenseCL.Data.Sources;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols.MatchScore;

namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>The input of an evaluation, its options and its data, and what is reported about them.</summary>
/// <param name="options">The options that the user gave.</param>
/// <param name="places">The paths of the data.</param>
/// <param name="stop">Ends the reading of the data.</param>
public sealed class EvaluationInput(EvaluationOptions options, EvaluationPlaces places, CancellationToken stop = default)
{
    private const int PlacesNamed = 5;

    private readonly List<string> lines = [];
    private readonly List<string> warnings = [];
    private readonly List<KeyValuePair<string, object?>> facts = [];

    /// <summary>The options, which are read into records.</summary>
    public EvaluationOptions Options { get; } = options;

    /// <summary>What will be done, line by line.</summary>
    public IReadOnlyList<string> Lines => lines;

    /// <summary>
    /// The seeds with which the evaluation will be made, so that data which they divide are checked before any work. Default 0.
    /// </summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [0];

    /// <summary>Warnings about what is probably not meant, a sentence or two each.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>Options and data for JSON.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Settings => Options.Values.Concat(facts);

    /// <summary>Adds to <see cref="Lines"/>.</summary>
    /// <param name="line">A line without its end.</param>
    public void Say(FormattableString line) => lines.Add(FormattableString.Invariant(line));

    /// <summary>Adds to <see cref="Settings"/>, in place of an option with the same name.</summary>
    internal void Note(string name, object? value) => facts.Add(new(name, value));

    /// <summary>Adds to <see cref="Warnings"/>.</summary>
    /// <param name="line">A line without its end.</param>
    public void Warn(FormattableString line) => warnings.Add(FormattableString.Invariant(line));

    /// <summary>
    /// Makes an evaluation from images with masks. If options divide the images by the seed (<c>--hold-out</c>, <c>--folds</c>), the result
    /// measures each part, and its figures are the means.
    /// </summary>
    /// <param name="labelled">How many images are requested to learn from; null for all.</param>
    /// <param name="make">Makes the evaluation of a training and a test set, and refuses what is wrong with them.</param>
    /// <exception cref="DataException">The images cannot be used.</exception>
    public IEvaluation Masks(int? labelled, Func<SegmentationData, IEvaluation> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        SegmentationDataOptions which = Options.Read<SegmentationDataOptions>();
        bool divided = SegmentationFolds.AreAsked(which);
        SegmentationFolds? folds = divided ? SegmentationFolds.Open(Place, which, stop) : null;
        (ulong Seed, SegmentationData Data)[] parts = folds is null
            ? [(0, SegmentationData.Open(Place, which, stop))]
            : [.. Seeds.SelectMany(seed => folds.Of(seed).Select(part => (seed, part)))];
        SegmentationData data = parts[0].Data;
        IEvaluation[] made = [.. parts.Select(part => make(part.Data))];
        Describe(folds, data, labelled);
        WarnOf(parts, folds);
        facts.AddRange([new("data", Path.GetFullPath(Place)), new("layout", data.Layout.ToString().ToLowerInvariant())]);
        if (data.WithoutMask > 0)
        {
            facts.Add(new("withoutMask", data.WithoutMask));
        }

        return folds is null ? made[0] : new FoldedEvaluation(folds, make, made[0], which);
    }

    /// <summary>Opens images with one class each.</summary>
    /// <exception cref="DataException">They cannot be used.</exception>
    public (SingleLabelImages Train, SingleLabelImages Test) Classes()
    {
        (SingleLabelImages train, SingleLabelImages test) = places.Parts is (var first, var second)
            ? SingleLabelImages.Open(first, second, stop)
            : SingleLabelImages.Open(Place, stop);
        AddSets(train.Root, test.Root, train.Entries.Count, test.Entries.Count, train.ClassNames.Count);
        return (train, test);
    }

    /// <summary>Opens images that may show several classes each.</summary>
    /// <exception cref="DataException">They cannot be used.</exception>
    public (MultiLabelImages Train, MultiLabelImages Test) SeveralClasses()
    {
        (MultiLabelImages train, MultiLabelImages test) = places.Parts is (var first, var second)
            ? Apart(SingleLabelImages.Open(first, second, stop))
            : MultiLabelImages.Open(Place, stop);
        AddSets(train.Root, test.Root, train.Entries.Count, test.Entries.Count, train.ClassNames.Count);
        return (train, test);

        static (MultiLabelImages Train, MultiLabelImages Test) Apart((SingleLabelImages Train, SingleLabelImages Test) sets) =>
            (MultiLabelImages.Of(sets.Train), MultiLabelImages.Of(sets.Test));
    }

    /// <summary>Opens images without labels.</summary>
    /// <exception cref="DataException">They cannot be used.</exception>
    public ImageSource Images()
    {
        MatchImagesOptions which = Options.Read<MatchImagesOptions>();
        IReadOnlyList<string> from = which.Images is { } own ? [own] : places.Data;
        facts.Add(new("imagesFrom", from.Select(Path.GetFullPath)));
        return from is [var one] ? MatchImages.Open(one, which.TestSplit) : MatchImages.Open(from, which.TestSplit);
    }

    private void Describe(SegmentationFolds? folds, SegmentationData data, int? labelled)
    {
        string classes = FormattableString.Invariant($"{data.ClassNames.Count} classes ({data.Layout})");
        if (folds is { Count: > 1 })
        {
            Say(
                $"{classes}; {folds.Images.Count:N0} images in {folds.Count} folds: each is measured on once, with what is learned from {(labelled < data.Train.Count ? $"{labelled} of " : "")}the others.");
        }
        else
        {
            Say(
                $"{classes}; {data.CountLabelled(labelled):N0} of {data.Train.Count:N0} images to learn from, {data.Test.Count:N0} {(folds is null ? "" : "held out by the seed ")}to measure on.");
        }

        if (labelled > data.Train.Count)
        {
            Warn($"{labelled} labelled images are requested, and there are {data.Train.Count}: all of them are used.");
        }
    }

    private void WarnOf((ulong Seed, SegmentationData Data)[] parts, SegmentationFolds? folds)
    {
        SegmentationData data = parts[0].Data;
        if (data.WithoutMask > 0)
        {
            Warn($"{data.WithoutMask:N0} images have no mask and are left out; {data.Train.Union(data.Test).Count():N0} remain.");
        }

        if (data.InBoth > 0)
        {
            Warn(
                $"{data.InBoth:N0} of the {data.Test.Count:N0} images to measure on are among those to learn from: what is measured on them says nothing about others.");
        }

        const string Counts = "a class still counts in the mean if it is predicted somewhere";
        if (folds is null && data.NotInTest.Count > 0)
        {
            Say($"Note: no pixel to measure on is of {string.Join(", ", data.NotInTest)}; {Counts}.");
        }

        foreach (IGrouping<string, string> missing in folds is null ? [] : parts
            .SelectMany(part => part.Data.NotInTest.Select(name => (Name: name, Place: PlaceOf(part))))
            .GroupBy(one => one.Name, one => one.Place, StringComparer.Ordinal))
        {
            string places = $"{string.Join(", ", missing.Take(PlacesNamed))}{(missing.Skip(PlacesNamed).Any() ? ", …" : "")}";
            Warn($"No pixel to measure on is of '{missing.Key}' with {places}; {Counts}.");
        }

        static string PlaceOf((ulong Seed, SegmentationData Data) part) =>
            FormattableString.Invariant($"seed {part.Seed}{(part.Data.Fold is { } fold ? $", fold {fold}" : "")}");
    }

    private string Place => places.Data[0];

    private void AddSets(string train, string test, int trainImages, int testImages, int classes) => facts.AddRange(
        [new("train", train), new("test", test), new("trainImages", trainImages), new("testImages", testImages), new("classes", classes)]);
}
