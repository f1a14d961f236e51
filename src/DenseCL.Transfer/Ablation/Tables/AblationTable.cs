using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Transfer.Ablation.Tables;

/// <summary>The results of an ablation over its seeds.</summary>
public sealed class AblationTable
{
    private AblationTable(AblationPlan plan, IReadOnlyList<AblationTableRow> rows) =>
        (Baseline, Evaluations, Seeds, Rows) = (
            plan.Baseline,
            [.. plan.Evaluations.Select(evaluation => evaluation.Text)],
            plan.Seeds,
            rows);

    /// <summary>The variant that the others are compared with, or null.</summary>
    public string? Baseline { get; }

    /// <summary>All evaluations, in order, including those without a result yet.</summary>
    public IReadOnlyList<string> Evaluations { get; }

    /// <summary>The seeds, in order.</summary>
    public IReadOnlyList<ulong> Seeds { get; }

    /// <summary>In the order of evaluations, then figures, then variants. There is no row without a result.</summary>
    public IReadOnlyList<AblationTableRow> Rows { get; }

    /// <summary>Makes a table of results.</summary>
    /// <param name="plan">The variants, seeds and evaluations; other results are left out.</param>
    /// <param name="results">The results. A value that is not a number is left out and not counted.</param>
    public static AblationTable Of(AblationPlan plan, IEnumerable<AblationResult> results)
    {
        ArgumentNullException.ThrowIfNull(plan);
        AblationResult[] all = [.. results];
        return new AblationTable(
            plan,
            [
                .. from planned in plan.Evaluations
                   let evaluation = planned.Text
                   let measured = all.Where(result => result.Evaluation == evaluation).ToArray()
                   from figure in measured.SelectMany(result => result.Figures.Select(pair => pair.Key)).Distinct(StringComparer.Ordinal)
                   from row in RowsOf(plan, planned, figure, measured)
                   select row,
            ]);
    }

    /// <summary>As JSON, with every digit.</summary>
    public string ToJson() => TableJson.Of(this);

    private static IEnumerable<AblationTableRow> RowsOf(
        AblationPlan plan,
        PlannedEvaluation evaluation,
        string figure,
        AblationResult[] measured)
    {
        Dictionary<string, KeyValuePair<ulong, double>[]> values = plan.Names.ToDictionary(
            name => name,
            name => ValuesOf(plan, name, figure, measured),
            StringComparer.Ordinal);
        bool isShare =
            !IsNumber(evaluation.Kind, figure) && values.Values.SelectMany(pairs => pairs).All(pair => pair.Value is >= 0 and <= 1);
        Dictionary<ulong, double> baseline = plan.Baseline is { } name ? new(values[name]) : [];
        foreach (
            (string variant, KeyValuePair<ulong, double>[] own) in plan
                .Names.Select(variant => (variant, values[variant]))
                .Where(row => row.Item2.Length > 0))
        {
            double[] differences =
                variant == plan.Baseline
                    ? []
                    : [.. own.Where(pair => baseline.ContainsKey(pair.Key)).Select(pair => pair.Value - baseline[pair.Key])];
            yield return new AblationTableRow(
                evaluation.Text,
                figure,
                isShare,
                variant,
                own,
                Estimate.Of([.. own.Select(pair => pair.Value)]),
                differences.Length == 0 ? null : Estimate.Of(differences));
        }
    }

    /// <summary>Whether a figure is known not to be a share, such as a setting that a search chose.</summary>
    private static bool IsNumber(string evaluation, string figure) =>
        Protocols.Evaluations.All.FirstOrDefault(definition => definition.Name == evaluation)?.Figures
            .FirstOrDefault(known => known.Is(figure))?.Unit == FigureUnit.Number;

    private static KeyValuePair<ulong, double>[] ValuesOf(AblationPlan plan, string variant, string figure, AblationResult[] measured) =>
    [
        .. from seed in plan.Seeds
           from result in measured
           where result.Seed == seed && result.Variant == variant
           from pair in result.Figures
           where pair.Key == figure && double.IsFinite(pair.Value)
           select KeyValuePair.Create(seed, pair.Value),
    ];
}
