using System.Globalization;
using DenseCL.Method;
using DenseCL.Models;
using DenseCL.Recipes;
using DenseCL.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Method;

/// <summary>
/// Training runs of the reference implementation, reproduced from the same start: every loss of every step, and where the weights and
/// queues end.
/// </summary>
public class GoldenRunTests(ITestOutputHelper output)
{
    /// <summary>The files of tests/Golden/Runs, and of the folder that the environment variable DENSECL_GOLDEN_DIR names.</summary>
    public static TheoryData<string> Files()
    {
        TheoryData<string> files = [];
        string?[] folders = [Repository.PathOf("tests", "Golden", "Runs"), Environment.GetEnvironmentVariable("DENSECL_GOLDEN_DIR")];
        foreach (string folder in folders.Where(folder => !string.IsNullOrEmpty(folder)).Select(folder => Path.GetFullPath(folder!)))
        {
            foreach (string file in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
            {
                files.Add(folder == Repository.PathOf("tests", "Golden", "Runs") ? Path.GetFileName(file) : file);
            }
        }

        return files;
    }

    [Fact]
    public void The_golden_fill_gives_the_numbers_of_its_description()
    {
        float[] values = HashFill.Values("encoder_q.0.layer1.0.conv1.weight", 3, -0.3, 0.3);
        Assert.Equal([0.030967677f, -0.226088434f, -0.176224172f], values);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Golden(string file)
    {
        GoldenRun golden = Read(file);
        using DenseContrast method = Build(golden.Config);
        foreach ((Encoder encoder, string prefix) in new[] { (method.QueryEncoder, "encoder_q"), (method.KeyEncoder, "encoder_k") })
        {
            Assert.Equal(
                golden.Keys.Keys.Where(key => key.StartsWith(prefix + ".", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
                HashFill.Named(encoder, prefix).Keys.Order(StringComparer.Ordinal));
        }

        CompareLosses(golden, method, ScalarType.Float32, step => golden.Tolerance.LossRelativePerStep[step]);
        CompareFinalState(golden, method);
    }

    /// <summary>bfloat16 has three digits: the losses stay within 3 % of the single-precision ones of the file.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Golden_in_bfloat16(string file)
    {
        GoldenRun golden = Read(file);
        using DenseContrast method = Build(golden.Config);
        CompareLosses(golden, method, ScalarType.BFloat16, _ => 0.03);
    }

    private static GoldenRun Read(string file) =>
        GoldenRun.Read(Path.IsPathRooted(file) ? file : Repository.PathOf("tests", "Golden", "Runs", file));

    private void CompareLosses(GoldenRun golden, DenseContrast method, ScalarType type, Func<int, double> tolerance)
    {
        GoldenConfig config = golden.Config;
        HashFill.Start(method);

        using Sgd optimiser = new(method.Parameters, config.SgdMomentum, config.WeightDecay);
        double worst = 0;
        for (int step = 0; step < config.Steps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            int[] keyOrder = HashFill
                .Values($"perm.{step}", config.Batch, 0, 1)
                .Select((value, index) => (value, index))
                .OrderBy(p => p.value)
                .Select(p => p.index)
                .ToArray();
            StepReport report = method.Forward(Images(config, step, type), step, keyOrder);
            optimiser.Step(config.Lr);

            double global = report.GlobalLoss ?? 0, dense = report.DenseLoss ?? 0;
            Dictionary<string, double> losses = config.Moco == 1
                ? new() { ["loss_contra"] = global }
                : new() { ["loss_contra_single"] = (1 - config.Lam) * global, ["loss_contra_dense"] = config.Lam * dense };
            Assert.Equal(golden.Losses[step].Keys.Order(StringComparer.Ordinal), losses.Keys.Order(StringComparer.Ordinal));
            foreach ((string name, double expected) in golden.Losses[step])
            {
                double deviation = Math.Abs(losses[name] - expected) / Math.Max(Math.Abs(expected), 1e-12);
                double bound = tolerance(step);
                worst = Math.Max(worst, deviation / bound);
                output.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"step {step} {name}: {losses[name]:G9}, golden {expected:G9}, deviation {deviation:E1} of {bound:E1}"));
                Assert.True(
                    deviation <= bound,
                    $"Step {step}, {name}: {losses[name]:G9} instead of {expected:G9}, off by {deviation:E2}, tolerance {bound:E1}.");
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"worst loss deviation: {worst:P1} of its tolerance"));
    }

    private void CompareFinalState(GoldenRun golden, DenseContrast method)
    {
        Dictionary<string, Tensor> state = new(StringComparer.Ordinal) { ["queue"] = method.GlobalQueue.Keys.t() };
        if (method.DenseQueue is { } denseQueue)
        {
            state["queue2"] = denseQueue.Keys.t();
        }

        foreach ((string key, Tensor tensor) in HashFill.Named(method.QueryEncoder, "encoder_q").Concat(HashFill.Named(method.KeyEncoder, "encoder_k")))
        {
            state[key] = tensor;
        }

        double worst = 0, bound = golden.Tolerance.FinalL2Relative;
        foreach ((string key, GoldenTensor expected) in golden.FinalState)
        {
            // With several ranks the reference keeps the running statistics of rank 0 alone.
            if (
                golden.Config.Ranks > 1
                && (key.EndsWith("running_mean", StringComparison.Ordinal) || key.EndsWith("running_var", StringComparison.Ordinal)))
            {
                continue;
            }

            using DisposeScope scope = NewDisposeScope();
            Tensor values = state[key].detach().to_type(ScalarType.Float64).contiguous().flatten();
            double l2 = values.norm().item<double>();
            double deviation = Math.Abs(l2 - expected.L2) / Math.Max(Math.Abs(expected.L2), 1e-12);
            worst = Math.Max(worst, deviation / bound);
            Assert.True(deviation <= bound, $"{key}: l2 {l2:G9} instead of {expected.L2:G9}, off by {deviation:E2}, tolerance {bound:E1}.");

            double rootMeanSquare = expected.L2 / Math.Sqrt(values.numel());
            double[] first = values[..expected.First.Length].data<double>().ToArray();
            for (int i = 0; i < first.Length; i++)
            {
                Assert.True(
                    Math.Abs(first[i] - expected.First[i]) <= 10 * bound * rootMeanSquare,
                    $"{key}[{i}]: {first[i]:G9} instead of {expected.First[i]:G9}, tolerance {10 * bound * rootMeanSquare:E1}.");
            }
        }

        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"worst l2 deviation: {worst:P1} of its tolerance, {golden.FinalState.Count} tensors"));
    }

    private static DenseContrast Build(GoldenConfig config) => new(
        new Recipe
        {
            Method = new MethodOptions
            {
                // The reference computes its dense branch at λ = 0 too: λ = 0 for the whole run by its warm-up, unlike MoCo-v2, which has
                // no such branch.
                Lambda = config.Moco == 1 ? 0 : config.Lam == 0 ? 0.5 : config.Lam,
                LambdaWarmupSteps = config.Lam == 0 ? int.MaxValue : 0,
                Temperature = config.Temp,
                KeyMomentum = config.Momentum,
                Queue = config.Queue,
                GridSize = config.Grid == 0 ? null : config.Grid,
            },
            Model = new ModelOptions { Backbone = Enum.Parse<BackboneKind>($"Resnet{config.Depth}") },
            Optim = new OptimOptions
            {
                Batch = config.Batch,
                BatchNormGroup = config.Batch / config.Ranks,
            },
        },
        CPU);

    private static Views Images(GoldenConfig config, int step, ScalarType type)
    {
        long[] shape = [config.Batch, 2, 3, config.Size, config.Size];
        Tensor images = torch.tensor(HashFill.Values($"input.{step}", shape.Aggregate(1L, (a, b) => a * b), -2, 2)).view(shape);
        Tensor first = images.select(1, 0), second = images.select(1, 1);
        return new Views(Prepare(first), Prepare((first * 0.7f) + (second * 0.3f)), [], []);

        Tensor Prepare(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).to_type(type);
    }
}
