using System.Globalization;
using System.Text.Json;
using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Ablation.Tables;

namespace DenseCL.Tests.Transfer.Ablation;

public sealed class AblationTableTests
{
    private static readonly AblationPlan Plan = AblationReader.Parse(
        """
        recipe: small
        seeds: [0, 1, 2]
        untrained: true
        baseline: A
        variants: { A: { method.lambda: 0 }, B: {} }
        evaluate: [{ probe: { stride: 8 } }, later]
        """,
        "a.yaml");

    // B's differences to A are 0.03, 0.05 and 0.02, of which EstimateTests has scipy's numbers.
    private static readonly AblationResult[] Results =
    [
        Result("untrained", 0, 0.25, 2),
        Result("A", 0, 0.5, 10),
        Result("B", 0, 0.53, 12),
        Result("A", 1, 0.55, 11),
        Result("B", 1, 0.6, 14),
        Result("A", 2, 0.6, double.NaN),
        Result("B", 2, 0.62, 13),
        Result("gone", 0, 0.9, 1),
        Result("A", 7, 0.9, 1),
    ];

    private const string Markdown =
        """
        # Results

        ## `probe: { stride: 8 }`

        | variant | mIoU | 95 % interval | n | seed 0 | seed 1 | seed 2 | difference to A | 95 % interval | p |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | untrained | 25.0 % | – | 1 | 25.0 % | – | – | -25.0 | – | – |
        | A | 55.0 ± 5.0 % | 42.6 … 67.4 % | 3 | 50.0 % | 55.0 % | 60.0 % | – | – | – |
        | B | 58.3 ± 4.7 % | 46.6 … 70.1 % | 3 | 53.0 % | 60.0 % | 62.0 % | +3.3 | -0.5 … +7.1 | 0.063 |

        | variant | loss\|x |
        | --- | ---: |
        | untrained | 2 |
        | A | 10.5 ± 0.7071 (4.147 … 16.85) |
        | B | 13 ± 1 (10.52 … 15.48) |

        ## `later`

        No results yet.

        Mean ± sample standard deviation over n seeds; intervals are 95 % confidence intervals of the mean by Student's t. The difference is to A with the same seed, over the seeds that both have; p is that of the paired t test, not corrected for the number of comparisons.

        """;

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void Tables_are_those_computed_by_hand_in_every_culture(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            AblationTable table = AblationTable.Of(Plan, Results);
            Assert.Equal(Markdown.ReplaceLineEndings("\n"), TableMarkdown.Of(table));

            string[] csv = TableCsv.Of(table).Split('\n');
            Assert.Equal(
                "evaluation,figure,variant,n,mean,sd,ci95_low,ci95_high,difference_n,difference,difference_sd,difference_ci95_low,difference_ci95_high,p,seed_0,seed_1,seed_2",
                csv[0]);
            Assert.Equal("probe: { stride: 8 },mIoU,untrained,1,0.25,,,,1,-0.25,,,,,0.25,,", csv[1]);
            Assert.StartsWith("probe: { stride: 8 },mIoU,B,3,0.583333333333333", csv[3], StringComparison.Ordinal);
            Assert.Equal(1 + 6 + 1, csv.Length);

            using JsonDocument json = JsonDocument.Parse(table.ToJson());
            JsonElement b = json.RootElement.GetProperty("evaluations")[0].GetProperty("figures")[0].GetProperty("variants")[2];
            Assert.Equal("B", b.GetProperty("variant").GetString());
            Assert.Equal(0.06341418841830607, b.GetProperty("difference").GetProperty("p").GetDouble(), 1e-9);
            Assert.Equal(-0.004612497004061321, b.GetProperty("difference").GetProperty("ci95Low").GetDouble(), 1e-9);
            Assert.Equal(0.62, b.GetProperty("values").GetProperty("2").GetDouble());
            Assert.Equal("later", json.RootElement.GetProperty("evaluations")[1].GetProperty("evaluation").GetString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_result_is_read_as_it_was_written_and_torn_lines_are_passed_over()
    {
        using TemporaryFolder folder = new();
        string path = folder["results.jsonl"];
        AblationResult untrained = Results[0] with { TrainingSeconds = null, Data = null, Options = null };
        ResultLog.Append(path, Results[1]);
        File.AppendAllText(path, "{\"variant\":\"A\",\"se");
        ResultLog.Append(path, untrained);
        File.AppendAllText(path, "\n{}\n{\"variant\":");

        (IReadOnlyList<AblationResult> results, IReadOnlyList<int> damaged) = ResultLog.Read(path);
        Assert.Equal(
            """{"variant":"A","seed":0,"evaluation":"probe: { stride: 8 }","recipe":"hash","images":"images","data":"data","options":"options","figures":{"mIoU":0.5,"loss|x":10},"seconds":1.5,"trainingSeconds":20}""",
            File.ReadLines(path).First());
        Assert.Equal([2, 5, 6], damaged);
        Assert.Equivalent(new[] { Results[1], untrained }, results, strict: true);
    }

    [Fact]
    public void A_value_that_is_no_number_is_null_in_the_file()
    {
        using TemporaryFolder folder = new();
        ResultLog.Append(folder["r"], Results[5]);
        Assert.Contains("\"loss|x\":null", File.ReadAllText(folder["r"]), StringComparison.Ordinal);
        Assert.True(double.IsNaN(ResultLog.Read(folder["r"]).Results[0].Figures[1].Value));
    }

    private static AblationResult Result(string variant, ulong seed, double share, double loss) =>
        new(variant, seed, "probe: { stride: 8 }", "hash", "images", "data", "options", [new("mIoU", share), new("loss|x", loss)], 1.5, 20);
}
