using System.CommandLine;
using System.Globalization;
using DenseCL.Data;
using DenseCL.Data.Scenes;
using DenseCL.Platform;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl data …</c>: making data sets.</summary>
internal static class DataCommand
{
    private static readonly Option<string> Out = new("--out")
    {
        Description = "The folder to make; must not exist, or be empty.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<int> Count = new("--count")
    {
        Description = "How many scenes, 1 to 1,000,000.",
        HelpName = "N",
        DefaultValueFactory = _ => 1000,
    };

    private static readonly Option<int> Size = new("--size")
    {
        Description = "Side of the square images in pixels.",
        HelpName = "PIXELS",
        DefaultValueFactory = _ => 192,
    };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "The same seed renders the same scenes, on any machine.",
        HelpName = "N",
        DefaultValueFactory = _ => 0UL,
    };

    public static Command Create() => new("data", "Makes data sets.") { DataPackCommand.Create(), Scenes() };

    private static Command Scenes() => new Command(
        "scenes",
        "Renders labelled scenes: textured objects of several classes at several scales and lights, overlapping, on textured ground.")
    {
        Out, Count, Size, Seed,
    }.Does(
        """
        densecl data scenes --out scenes --count 500
          scenes/images            the images
          scenes/masks             the class of every pixel; 0 is ground, classes.txt has the names
          scenes/instances         the object of every pixel
          scenes/annotations.json  boxes and masks in COCO's format
        """,
        PrepareScenes);

    private static Func<int> PrepareScenes(ParseResult call, CancellationToken stop)
    {
        string folder = call.GetRequiredValue(Out);
        int count = call.GetValue(Count), size = call.GetValue(Size);
        if (count is < 1 or > 1_000_000)
        {
            throw new DataException(FormattableString.Invariant($"--count is {count}: choose 1 to 1,000,000 scenes."));
        }

        SceneOptions options;
        try
        {
            options = new SceneOptions { Width = size, Height = size };
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new DataException(FormattableString.Invariant($"--size is {size}: {e.Message}"), e);
        }

        NewFolder.RefuseOccupied(folder);
        return () =>
        {
            SceneDataset.Write(folder, options, count, call.GetValue(Seed), 0, null, stop);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count:N0} scenes in {Path.GetFullPath(folder)}"));
            return Verb.Done;
        };
    }
}
