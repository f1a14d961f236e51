using System.CommandLine;
using DenseCL.Transfer.Labelled;

namespace DenseCL.Cli.Options;

/// <summary>The options that say which labelled images to judge by.</summary>
internal static class LabelledOptions
{
    public static readonly Option<string> Data = new("--data")
    {
        Description = "The labelled images: a VOC, Cityscapes, COCO-Stuff or CamVid folder, or images/ and masks/ (PNGs with the number of a class for each pixel), split into train, val and test or not.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> Layout = new Option<string>("--layout")
    {
        Description = "How the folder is laid out, if it is not to be found out: voc, cityscapes, cocostuff, camvid or folders.",
        HelpName = "LAYOUT",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong([.. Enum.GetNames<SegmentationLayout>().Select(name => name.ToLowerInvariant())]);

    private static readonly Option<string?> TrainSplit = new("--train-split") { Description = "The split to learn from. Default: the data set's own (train; trainaug of VOC where it is there).", HelpName = "SPLIT" };
    private static readonly Option<string?> TestSplit = new("--test-split") { Description = "The split to measure on. Default: the data set's own (test of CamVid, val elsewhere). Choose settings on val, and look at test once.", HelpName = "SPLIT" };
    private static readonly Option<string?> TestData = new("--test-data") { Description = "Another folder to measure on, with the same classes.", HelpName = "DIR" };
    private static readonly Option<byte[]> Ignore = new("--ignore") { Description = "A value of the masks that does not count, beside 255; may be given several times.", HelpName = "0…255" };
    private static readonly Option<bool> AllowEmptyClasses = new("--allow-empty-classes") { Description = "Go on if a class has no pixel to learn from." };

    /// <summary>Gives a command these options.</summary>
    public static void AddTo(Command command)
    {
        foreach (Option option in new Option[] { Data, Layout, TrainSplit, TestSplit, TestData, Ignore, AllowEmptyClasses })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Opens what a call names, and says on the standard error if that is probably not meant.</summary>
    public static SegmentationData Open(ParseResult call, CancellationToken stop)
    {
        SegmentationData data = SegmentationData.Open(call.GetRequiredValue(Data), Of(call), stop);
        if (data.InBoth > 0)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"Note: {data.InBoth:N0} of the {data.Test.Count:N0} images to measure on are among those to learn from: what is measured on them says nothing of others."));
        }

        return data;
    }

    private static SegmentationDataOptions Of(ParseResult call) => new()
    {
        Layout = Enum.Parse<SegmentationLayout>(call.GetRequiredValue(Layout), ignoreCase: true),
        TrainSplit = call.GetValue(TrainSplit),
        TestSplit = call.GetValue(TestSplit),
        TestFolder = call.GetValue(TestData),
        Ignore = call.GetValue(Ignore) ?? [],
        AllowEmptyClasses = call.GetValue(AllowEmptyClasses),
    };
}
