using System.Globalization;
using DenseCL.Compute;
using DenseCL.Data;
using DenseCL.Platform;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Measures;
using DenseCL.Transfer.Protocols.Reports;
using DenseCL.Transfer.Solvers;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Protocols.Svm;

/// <summary>
/// Linear support vector machines, each class against the rest, on frozen features of length 1 (Goyal et al., ICCV 2019). They are fitted
/// with all training images, the cost of each class chosen by cross-validation on them, and with few images.
/// </summary>
public sealed class SvmEvaluation : IEvaluation
{
    private const double Tolerance = 1e-6;

    /// <summary>Elements of a matrix of rows by problems: 32 MB.</summary>
    private const int Elements = 1 << 22;

    private readonly MultiLabelImages train;
    private readonly MultiLabelImages test;
    private readonly SvmOptions options;

    /// <summary>The evaluation on a data set.</summary>
    /// <param name="train">Images to fit to.</param>
    /// <param name="test">Images to classify, with the same classes.</param>
    /// <param name="options">Costs, low-shot numbers and preprocessing; the defaults if null.</param>
    /// <exception cref="DataException">The classes differ, a class has fewer positive or negative training images than folds, or no
    /// positive test image.</exception>
    public SvmEvaluation(MultiLabelImages train, MultiLabelImages test, SvmOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        (this.train, this.test, this.options) = (train, test, options ?? new());
        if (!train.ClassNames.SequenceEqual(test.ClassNames, StringComparer.Ordinal))
        {
            string[] apart = [.. train.ClassNames.Except(test.ClassNames, StringComparer.Ordinal).Union(test.ClassNames.Except(train.ClassNames, StringComparer.Ordinal), StringComparer.Ordinal)];
            throw new DataException($"The classes to train and to test on differ: {SingleLabelImages.Few(apart)} are not in both. Give both the same classes.");
        }

        int folds = this.options.Folds;
        string[] few = [.. Names(k => train.Positives(k) < folds || train.Targets[k].Count(target => target == -1) < folds)];
        if (few.Length > 0)
        {
            throw new DataException(
                FormattableString.Invariant(
                    $"Classes of {train.Root} have fewer than {folds} images with or without it: {SingleLabelImages.Few(few)}. The cost is chosen by {folds}-fold cross-validation: give more."
                ));
        }

        string[] none = [.. Names(k => test.Positives(k) == 0)];
        if (none.Length > 0)
        {
            throw new DataException(
                $"No image of {test.Root} shows {SingleLabelImages.Few(none)}: "
                + $"the precision of a class cannot be measured without such an image. Give some, or remove the class from both sets."
            );
        }

        IEnumerable<string> Names(Func<int, bool> of) => train.ClassNames.Where((_, k) => of(k));
    }

    /// <inheritdoc/>
    public string Name => "svm";

    /// <inheritdoc/>
    public string Fingerprint => OptionsFingerprint.Of(options);

    /// <summary>The low-shot numbers of the options for which every class has enough positives.</summary>
    public IReadOnlyList<int> Shots
    {
        get
        {
            int fewest = Enumerable.Range(0, train.ClassNames.Count).Min(train.Positives);
            return [.. options.Shots.Where(k => k <= fewest)];
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// <c>mAP</c>; for each low-shot number N <c>mAP.N.mean</c> and <c>mAP.N.sd</c> over the samples (with n − 1), and the ends <c>low</c>
    /// and
    /// <c>high</c> of the mean's 95 % confidence interval; of each class <c>ap.CLASS</c> and the chosen <c>cost.CLASS</c>.
    /// </remarks>
    /// <exception cref="DataException">An image cannot be read.</exception>
    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop) =>
        Measure(backbone, seed, progress: null, stop);

    /// <inheritdoc/>
    public EvaluationReport Report(BackboneSource backbone, ulong seed, IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        List<KeyValuePair<string, double>> figures = Measure(backbone, seed, progress, stop);
        Dictionary<string, double> values = new(figures, StringComparer.Ordinal);
        ReportTable classes = new(["class", "AP", "cost"], [
            .. train.ClassNames.Select(name => (IReadOnlyList<string>)[name, EvaluationReport.Percent(values[$"ap.{name}"]), EvaluationReport.Number(values[$"cost.{name}"])]),
            ["mean", EvaluationReport.Percent(values["mAP"]), ""],
        ]);
        ReportTable lowShot = new(["positives a class", "mAP", "sd", "95 % interval"], [.. Shots.Select(k => k.ToString(CultureInfo.InvariantCulture)).Select(k => (IReadOnlyList<string>)
        [
            k, EvaluationReport.Percent(values[$"mAP.{k}.mean"]), EvaluationReport.Percent(values[$"mAP.{k}.sd"]),
            $"{EvaluationReport.Percent(values[$"mAP.{k}.low"])} … {EvaluationReport.Percent(values[$"mAP.{k}.high"])}",
        ])]);
        return new EvaluationReport
        {
            Figures = figures,
            Tables = Shots.Count > 0 ? [classes, lowShot] : [classes],
            Lines =
            [
                FormattableString.Invariant(
                    $"{backbone.Name}, {options.Features.Size} px: fitted on {train.Entries.Count:N0} images, tested on {test.Entries.Count:N0}; seed {seed}."
                ),
            ],
            Facts = [new("shots", Shots)],
        };
    }

    private List<KeyValuePair<string, double>> Measure(
        BackboneSource backbone,
        ulong seed,
        IProgress<EvaluationProgress>? progress,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (PooledFeatures fit, PooledFeatures judge) = PooledFeatures.Of(
            backbone,
            train.Entries,
            test.Entries,
            options.Features,
            mirror: false,
            progress,
            stop);
        Tensor x = SquaredHingeSvm.WithBias(nn.functional.normalize(fit.Features, dim: 1)),
            z = SquaredHingeSvm.WithBias(nn.functional.normalize(judge.Features, dim: 1));
        int classes = train.ClassNames.Count;

        double[] costs = new double[classes], precisions = new double[classes];
        int atOnce = Math.Max(1, Elements / train.Entries.Count / options.Folds);
        for (int first = 0; first < classes; first += atOnce)
        {
            int[] chunk = [.. Enumerable.Range(first, Math.Min(atOnce, classes - first))];
            double[] chosen = ChooseCosts(x, chunk, stop);
            double[] reached = TestPrecisions(x, z, chunk, Problems(x.device, chunk, (n, c) => Counts(chunk[c], n) ? chosen[c] : 0), stop);
            chosen.CopyTo(costs, first);
            reached.CopyTo(precisions, first);
        }

        List<KeyValuePair<string, double>> figures = [new("mAP", precisions.Average())];
        foreach (int shots in Shots)
        {
            Estimate samples = Estimate.Of([.. Enumerable.Range(0, options.Samples).Select(sample => LowShot(x, z, shots, sample, seed, stop))]);
            string name = shots.ToString(CultureInfo.InvariantCulture);
            figures.Add(new($"mAP.{name}.mean", samples.Mean));
            figures.Add(new($"mAP.{name}.sd", samples.StandardDeviation!.Value));
            figures.Add(new($"mAP.{name}.low", samples.Low!.Value));
            figures.Add(new($"mAP.{name}.high", samples.High!.Value));
        }

        figures.AddRange(train.ClassNames.Select((name, k) => KeyValuePair.Create($"ap.{name}", precisions[k])));
        figures.AddRange(train.ClassNames.Select((name, k) => KeyValuePair.Create($"cost.{name}", costs[k])));
        return figures;
    }

    /// <summary>
    /// The fold of each image: the n-th image with a class is in fold n mod folds, and so is the n-th without it; −1 for images that do not
    /// count.
    /// </summary>
    internal static int[] Folds(IReadOnlyList<sbyte> targets, int folds)
    {
        int positives = 0, negatives = 0;
        return [.. targets.Select(target => target == 1 ? positives++ % folds : target == -1 ? negatives++ % folds : -1)];
    }

    private bool Counts(int @class, int image) => train.Targets[@class][image] != 0;

    /// <summary>The cost of each class with the highest mean average precision over the folds; of equally good ones the smallest.</summary>
    private double[] ChooseCosts(Tensor x, int[] chunk, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        int folds = options.Folds, images = train.Entries.Count;
        int[][] fold = [.. chunk.Select(k => Folds(train.Targets[k], folds))];
        int[] columns = [.. chunk.SelectMany(k => Enumerable.Repeat(k, folds))];
        (Tensor y, Tensor one) = Problems(x.device, columns, (n, c) => Counts(columns[c], n) && fold[c / folds][n] != c % folds ? 1 : 0);
        double[] best = new double[chunk.Length], bestPrecision = [.. Enumerable.Repeat(double.NegativeInfinity, chunk.Length)];
        Tensor? solution = null;
        foreach (double cost in options.Costs)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor next = SquaredHingeSvm.Solve(x, y, one.Times(cost), solution, Tolerance, stop);
            solution?.Dispose();
            solution = next.MoveToOuterDisposeScope();
            double[] scores = x.mm(solution).t().contiguous().cpu().data<double>().ToArray();    // (columns, images)
            double[] precision = new double[columns.Length];
            Parallel.For(
                0,
                columns.Length,
                c =>
                {
                    int[] held = [.. Enumerable.Range(0, images).Where(n => fold[c / folds][n] == c % folds)];
                    precision[c] = AveragePrecision.Stepwise(
                        [.. held.Select(n => scores[(c * images) + n])],
                        [.. held.Select(n => train.Targets[columns[c]][n] == 1)]);
                });
            for (int k = 0; k < chunk.Length; k++)
            {
                double mean = precision.AsSpan(k * folds, folds).ToArray().Average();
                if (mean > bestPrecision[k])
                {
                    (best[k], bestPrecision[k]) = (cost, mean);
                }
            }
        }

        return best;
    }

    /// <summary>
    /// Mean average precision of a sample: for each class this many images with it, and as many times the number of other classes without
    /// it.
    /// </summary>
    private double LowShot(Tensor x, Tensor z, int shots, int sample, ulong seed, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        int classes = train.ClassNames.Count;
        bool[][] taken = [.. Enumerable.Range(0, classes).Select(Sample)];
        int[] rows = [.. Enumerable.Range(0, train.Entries.Count).Where(n => taken.Any(of => of[n]))];
        int[] all = [.. Enumerable.Range(0, classes)];
        Tensor few = tensor(rows, dtype: ScalarType.Int64, device: x.device);
        (Tensor y, Tensor cost) = Problems(x.device, all, (n, k) => taken[k][n] ? options.LowShotCost : 0);
        return TestPrecisions(x.index_select(0, few), z, all, (y.index_select(0, few), cost.index_select(0, few)), stop).Average();

        bool[] Sample(int @class)
        {
            CounterRandom random = new(seed, (ulong)RandomPurpose.LowShot, (ulong)sample, (ulong)shots, (ulong)@class);
            bool[] mask = new bool[train.Entries.Count];
            Take(1, shots);
            Take(-1, (int)Math.Min((long)shots * (classes - 1), int.MaxValue));
            return mask;

            void Take(int target, int count)
            {
                int[] candidates = [.. Enumerable.Range(0, mask.Length).Where(n => train.Targets[@class][n] == target)];
                foreach (int i in random.Permutation(candidates.Length).Take(count))
                {
                    mask[candidates[i]] = true;
                }
            }
        }
    }

    /// <summary>Labels 1 and −1, one column per class, and the cost of an error, with positives weighted.</summary>
    private (Tensor Y, Tensor Cost) Problems(Device device, int[] columns, Func<int, int, double> cost)
    {
        int images = train.Entries.Count;
        double[] labels = new double[images * columns.Length], costs = new double[labels.Length];
        for (int n = 0, i = 0; n < images; n++)
        {
            for (int c = 0; c < columns.Length; c++, i++)
            {
                bool positive = train.Targets[columns[c]][n] == 1;
                labels[i] = positive ? 1 : -1;
                costs[i] = cost(n, c) * (positive ? options.PositiveWeight : 1);
            }
        }

        return (
            tensor(labels, device: device).reshape(images, columns.Length),
            tensor(costs, device: device).reshape(images, columns.Length));
    }

    private double[] TestPrecisions(Tensor x, Tensor z, int[] classes, (Tensor Y, Tensor Cost) problems, CancellationToken stop)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor solution = SquaredHingeSvm.Solve(x, problems.Y, problems.Cost, start: null, Tolerance, stop);
        int images = test.Entries.Count;
        double[] scores = z.mm(solution).t().contiguous().cpu().data<double>().ToArray();        // (classes, images)
        return [.. classes.Select((k, c) =>
        {
            int[] counted = [.. Enumerable.Range(0, images).Where(n => test.Targets[k][n] != 0)];
            return AveragePrecision.Interpolated([.. counted.Select(n => scores[(c * images) + n])], [.. counted.Select(n => test.Targets[k][n] == 1)]);
        })];
    }
}
