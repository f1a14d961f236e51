using System.Globalization;
using System.Text.Json;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.Definitions;
using DenseCL.Transfer.Protocols.DenseProbe;
using DenseCL.Transfer.Protocols.Knn;
using DenseCL.Transfer.Protocols.Linear;
using DenseCL.Transfer.Protocols.MatchScore;
using DenseCL.Transfer.Protocols.Segmentation;
using DenseCL.Transfer.Protocols.Svm;
using DenseCL.Transfer.Segmentation;

namespace DenseCL.Tests.Transfer.Protocols;

public sealed class EvaluationDefinitionTests
{
    public static TheoryData<string> Names => [.. Evaluations.All.Select(definition => definition.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_option_says_what_it_is_for_and_has_a_name_of_its_own(string name)
    {
        EvaluationDefinition definition = Of(name);
        EvaluationOption[] shown = [.. definition.Options.Where(option => option.IsOnCommandLine)];
        Assert.NotEmpty(shown);
        Assert.All(shown, option =>
        {
            Assert.EndsWith(".", option.Help, StringComparison.Ordinal);
            Assert.Matches("^--[a-z0-9-]+$", option.Flag);
        });
        Assert.Equal(definition.Options.Select(option => option.Name).Distinct(), definition.Options.Select(option => option.Name));
        Assert.All(
            new[] { definition.Asks, definition.Summary, definition.Examples },
            text => Assert.False(string.IsNullOrWhiteSpace(text)));
        Assert.Contains(
            $"densecl {(name == "match-score" ? "" : "eval ")}{name} --weights run",
            definition.Examples,
            StringComparison.Ordinal);
        Assert.Equal(definition.Figures.Select(figure => figure.Name).Distinct(), definition.Figures.Select(figure => figure.Name));
    }

    [Fact]
    public void A_default_as_the_help_shows_it_is_the_default()
    {
        string[] inWords = ["threads", "costs"];
        foreach (EvaluationDefinition definition in Evaluations.All)
        {
            GivenOption[] given =
            [
                .. definition
                    .Options.Where(option =>
                        option.IsOnCommandLine && !option.IsFlag && option.Default.Length > 0 && !inWords.Contains(option.Name))
                    .Select(option => GivenOption.OnCommandLine(option, [option.Default])),
            ];
            Assert.True(given.Length >= 3, definition.Name);
            EvaluationOptions some = new(definition.Name, given), none = new(definition.Name, []);
            ReadAll(some);
            ReadAll(none);
            some.RefuseUnknown();
            Assert.Equal(JsonSerializer.Serialize(none.Values), JsonSerializer.Serialize(some.Values));

            void ReadAll(EvaluationOptions options)
            {
                foreach (Type record in definition.Records)
                {
                    typeof(EvaluationOptions).GetMethod(nameof(EvaluationOptions.Read))!.MakeGenericMethod(record).Invoke(options, [null]);
                }
            }
        }
    }

    [Theory]
    [InlineData("dense-probe", "--l2", "0", "--l2 is 0: choose above 0, at most 1000.")]
    [InlineData("dense-probe", "--l2", "0,01", "--l2 is '0,01', but must be a finite number such as 0.001.")]
    [InlineData("dense-probe", "--stride", "7", "--stride is 7: choose 8, 16 or 32.")]
    [InlineData("dense-probe", "--short-side", "31", "--short-side is 31: choose 32 to 4096.")]
    [InlineData("dense-probe", "--stages", "first", "--stages is 'first', but must be one of last, all.")]
    [InlineData("dense-probe", "--tolerance", "1", "--tolerance is 1: choose 1e-12 to 0.1.")]
    [InlineData("knn", "--neighbours", "5,5", "--neighbours is '5,5': choose different numbers, at least one, each 1 to 100000.")]
    [InlineData("knn", "--neighbours", "3,x", "--neighbours is '3,x', but must be a list of whole numbers such as [20, 10, 100, 200].")]
    [InlineData("linear", "--penalties", "", "--penalties is '': choose numbers, at least one, each above 0, at most 1000.")]
    [InlineData("linear", "--solver", "adam", "--solver is 'adam', but must be one of lbfgs, sgd.")]
    public void A_value_out_of_range_is_refused_with_the_value_and_what_to_choose(string name, string flag, string value, string message)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            EvaluationOptions options = Given(name, (flag, value));
            Assert.Equal(message, Assert.Throws<RecipeException>(() => Read(name, options)).Message);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        static object Read(string name, EvaluationOptions options) => name switch
        {
            "knn" => options.Read<KnnOptions>(),
            "linear" => options.Read<LinearOptions>(),
            _ => options.Read<DenseProbeOptions>(),
        };
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("fa-IR")]
    public void Numbers_and_lists_are_written_alike_in_every_country(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal(0.01, Given("dense-probe", ("--l2", "0.01")).Read<DenseProbeOptions>().Probe.L2);
            Assert.Equal([0.5, 1e-4], Given("linear", ("--penalties", "0.5,1e-4")).Read<LinearOptions>().Penalties);
            Assert.Equal([10, 20], Given("knn", ("--neighbours", "[10, 20]")).Read<KnnOptions>().Neighbours);
            Assert.Equal(1e-9, Given("svm", ("--low-shot-cost", "1e-9")).Read<SvmOptions>().LowShotCost);
            Assert.Empty(Given("svm", ("--shots", "[]")).Read<SvmOptions>().Shots);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("camvid", SegmentationLayout.CamVid)]
    [InlineData("cam-vid", SegmentationLayout.CamVid)]
    [InlineData("cocostuff", SegmentationLayout.CocoStuff)]
    [InlineData("coco-stuff", SegmentationLayout.CocoStuff)]
    [InlineData("voc", SegmentationLayout.Voc)]
    public void Layouts_are_written_alike_in_files_and_on_the_command_line(string word, SegmentationLayout layout)
    {
        Assert.Equal(layout, Given("dense-probe", ("--layout", word)).Read<SegmentationDataOptions>().Layout);
        Assert.Equal(layout, InFile($"dense-probe: {{ layout: {word} }}").Read<SegmentationDataOptions>().Layout);
    }

    [Fact]
    public void An_option_has_one_name_and_files_may_have_the_propertys()
    {
        Assert.True(InFile("linear: { flip: true }").Read<LinearOptions>().Mirror);
        Assert.True(InFile("linear: { mirror: true }").Read<LinearOptions>().Mirror);
        Assert.True(InFile("dense-probe: { stages: all }").Read<DenseProbeOptions>().AllStages);
        Assert.True(InFile("dense-probe: { allStages: true }").Read<DenseProbeOptions>().AllStages);
        Assert.Equal("a", InFile("dense-probe: { testData: a }").Read<SegmentationDataOptions>().TestFolder);
        Assert.Equal("a", InFile("dense-probe: { testFolder: a }").Read<SegmentationDataOptions>().TestFolder);

        // The name of one option goes before the property's name of another: batch is that of the network, in files and on the command
        // line.
        LinearOptions linear = InFile("linear: { batch: 7, sgdBatch: 9 }").Read<LinearOptions>();
        Assert.Equal((7, 9), (linear.Features.Batch, linear.Batch));
        Assert.Equal(7, Given("linear", ("--batch", "7")).Read<LinearOptions>().Features.Batch);
    }

    [Fact]
    public void What_is_written_for_the_command_alone_has_no_place_in_a_file()
    {
        EvaluationOptions options = InFile("segmentation: { predictions: here }");
        _ = options.Read<SegmentationPlan>();
        Assert.Contains(
            "has no option `predictions`",
            Assert.Throws<RecipeException>(options.RefuseUnknown).Message,
            StringComparison.Ordinal);
        Assert.Equal("here", Given("segmentation", ("--predictions", "here")).Read<SegmentationPlan>().Predictions);
        Assert.All(SegmentationRecipes.Shipped, recipe =>
            Assert.Contains(recipe, Of("segmentation").Options.Single(option => option.Name == "recipe").Help, StringComparison.Ordinal));
    }

    /// <summary>Results that were recorded with a fingerprint of their options would be measured anew if it changed.</summary>
    [Fact]
    public void Recorded_results_have_the_fingerprints_of_the_options_that_they_name()
    {
        int checkedLines = 0;
        foreach (string name in new[] { "headline", "lambda" })
        {
            Dictionary<string, PlannedEvaluation> planned = AblationReader
                .Read(Repository.PathOf("docs", "results", name, "ablation.yaml"))
                .Evaluations.ToDictionary(evaluation => evaluation.Text);
            foreach (string line in File.ReadLines(Repository.PathOf("docs", "results", name, "results.jsonl")))
            {
                using JsonDocument json = JsonDocument.Parse(line);
                if (json.RootElement.TryGetProperty("options", out JsonElement recorded))
                {
                    PlannedEvaluation evaluation = planned[json.RootElement.GetProperty("evaluation").GetString()!];
                    EvaluationOptions given = evaluation.Given;
                    object options = evaluation.Kind == "segmentation"
                        ? given.Read(SegmentationRecipes.Read(given.Read<SegmentationPlan>().Recipe ?? "fcn-small"))
                        : given.Read<DenseProbeOptions>();
                    Assert.Equal(recorded.GetString(), OptionsFingerprint.Of(options));
                    checkedLines++;
                }
            }
        }

        Assert.Equal(10, checkedLines);
    }

    /// <summary>Options as they were, and as they are with one more.</summary>
    [Fact]
    public void An_option_that_comes_later_leaves_recorded_results_valid_until_it_is_used()
    {
        Assert.Equal(OptionsFingerprint.Of(new Before()), OptionsFingerprint.Of(new After()));
        Assert.NotEqual(OptionsFingerprint.Of(new Before()), OptionsFingerprint.Of(new After { More = 2 }));
    }

    [Fact]
    public void Recorded_figures_have_the_name_that_the_measure_has_everywhere()
    {
        foreach (string line in File.ReadLines(Repository.PathOf("docs", "results", "headline", "results.jsonl")))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            EvaluationDefinition definition = Of(json.RootElement.GetProperty("evaluation").GetString()!.Split(':')[0]);
            string[] names = [.. json.RootElement.GetProperty("figures").EnumerateObject().Select(figure => definition.NameOf(figure.Name))];
            Assert.Equal("meanIoU", names[0]);
            Assert.All(names, name => Assert.Contains(definition.Figures, figure => figure.Is(name)));
        }
    }

    [Theory]
    [InlineData("top1.k{N}", "top1.k20", true)]
    [InlineData("top1.k{N}", "top1.k", false)]
    [InlineData("top1.k{N}", "top5.k20", false)]
    [InlineData("mAP.{N}.low", "mAP.8.low", true)]
    [InlineData("mAP.{N}.low", "mAP.8.high", false)]
    [InlineData("mAP", "mAP.8.low", false)]
    public void A_figure_is_known_by_its_pattern(string pattern, string name, bool isIt) =>
        Assert.Equal(isIt, new Figure(pattern, FigureUnit.Share, "").Is(name));

    [Fact]
    public void Records_check_what_the_options_say()
    {
        Assert.Contains(
            "choose 64 to 1024",
            Assert.Throws<ArgumentOutOfRangeException>(() => new MatchScoreOptions { Size = 63 }).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new KnnOptions { Neighbours = null! });
        Assert.Null(new DenseProbeOptions { ShortSide = null }.ShortSide);
    }

    private sealed record Before
    {
        public int Size { get; init; } = 3;
    }

    private sealed record After
    {
        public int Size { get; init; } = 3;

        [Later]
        public int More { get; init; } = 1;
    }

    private static EvaluationDefinition Of(string name) => Evaluations.Find(name, Evaluations.All);

    private static EvaluationOptions Given(string name, params (string Flag, string Value)[] given) =>
        new(
            name,
            [.. given.Select(one => GivenOption.OnCommandLine(Of(name).Options.Single(option => option.Flag == one.Flag), [one.Value]))]);

    private static EvaluationOptions InFile(string evaluation) =>
        AblationReader
            .Parse($"recipe: small\nseeds: [0]\nvariants: {{ a: {{}} }}\nevaluate:\n  - {evaluation}\n", "a.yaml")
            .Evaluations[0]
            .Given;
}
