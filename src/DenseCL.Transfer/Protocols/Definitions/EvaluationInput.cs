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
    private readonly List<string> lines = [];
    private readonly List<string> warnings = [];
    private readonly List<KeyValuePair<string, object?>> facts = [];

    /// <summary>The options, which are read into records.</summary>
    public EvaluationOptions Options { get; } = options;

    /// <summary>What will be done, line by line.</summary>
    public IReadOnlyList<string> Lines => lines;

    /// <summary>Warnings about what is probably not meant, a sentence or two each.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>Options and data for JSON.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Settings => Options.Values.Concat(facts);

    /// <summary>Adds to <see cref="Lines"/>.</summary>
    /// <param name="line">A line without its end.</param>
    public void Say(FormattableString line) => lines.Add(FormattableString.Invariant(line));

    /// <summary>Adds to <see cref="Warnings"/>.</summary>
    /// <param name="line">A line without its end.</param>
    public void Warn(FormattableString line) => warnings.Add(FormattableString.Invariant(line));

    /// <summary>Opens images with masks.</summary>
    /// <param name="labelled">How many of them are requested to learn from; null for all.</param>
    /// <exception cref="DataException">They cannot be used.</exception>
    public SegmentationData Masks(int? labelled)
    {
        SegmentationData data = SegmentationData.Open(Place, Options.Read<SegmentationDataOptions>(), stop);
        if (data.InBoth > 0)
        {
            Warn(
                $"{data.InBoth:N0} of the {data.Test.Count:N0} images to measure on are among those to learn from: what is measured on them says nothing about others.");
        }

        if (labelled > data.Train.Count)
        {
            Warn($"{labelled} labelled images are requested, and there are {data.Train.Count}: all of them are used.");
        }

        facts.AddRange([new("data", Path.GetFullPath(Place)), new("layout", data.Layout.ToString().ToLowerInvariant())]);
        return data;
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

    private string Place => places.Data[0];

    private void AddSets(string train, string test, int trainImages, int testImages, int classes) => facts.AddRange(
        [new("train", train), new("test", test), new("trainImages", trainImages), new("testImages", testImages), new("classes", classes)]);
}
