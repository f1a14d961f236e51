using System.Text.Json;
using DenseCL.Data.Loading;
using DenseCL.Recipes;

namespace DenseCL.Tests.Method;

/// <summary>A run that tests/Golden/Runs/generate.py computed in double precision.</summary>
/// <param name="Settings">Settings of a recipe by their dotted names.</param>
/// <param name="StepsPerEpoch">For the schedule.</param>
/// <param name="Drawn">The random numbers of each step.</param>
/// <param name="Crops">Of each step, image and view: left, top, width, height, flipped; empty where the rule does not ask.</param>
/// <param name="LearningRates">Of each step.</param>
/// <param name="Losses">Of each step.</param>
/// <param name="Velocity">Mean and norm of the optimiser's velocity after the last step.</param>
/// <param name="State">
/// Of each tensor after the last step: mean, norm, product with the hash numbers called projection, and up to three of its numbers.
/// </param>
internal sealed record ReferenceRun(
    Dictionary<string, JsonElement> Settings,
    int StepsPerEpoch,
    ReferenceDraws Drawn,
    JsonElement[][][][] Crops,
    double[] LearningRates,
    ReferenceLosses[] Losses,
    double[] Velocity,
    Dictionary<string, double[]> State)
{
    public static string Folder { get; } = Repository.PathOf("tests", "Golden", "Runs", "float64");

    public static ReferenceRun Read(string name) =>
        JsonSerializer.Deserialize<ReferenceRun>(File.ReadAllText(Path.Combine(Folder, $"{name}.json")), JsonSerializerOptions.Web)!;

    public Recipe Recipe() =>
        RecipeReader.Parse(string.Concat(Settings.Select(setting => $"{setting.Key}: {setting.Value}\n")), nameof(ReferenceRun));

    public CropGeometry[] CropsOf(int step, int view)
    {
        return Crops.Length == 0 ? [] : [.. Crops[step].Select(image => Crop(image[view]))];

        static CropGeometry Crop(JsonElement[] crop) =>
            new(crop[0].GetInt32(), crop[1].GetInt32(), crop[2].GetInt32(), crop[3].GetInt32(), crop[4].GetBoolean());
    }
}

/// <param name="KeyOrder">Of each step, the order in which key images are dealt to batch-norm groups.</param>
/// <param name="Matching">Of each step, (N, S²): random matches, if they are.</param>
/// <param name="SampledNegatives">Of each step, (N): the position that an image leaves in the queue, if it does.</param>
internal sealed record ReferenceDraws(int[][] KeyOrder, int[][][]? Matching, int[][]? SampledNegatives);

internal sealed record ReferenceLosses(double Loss, double? Global, double? Dense, double Lambda);
