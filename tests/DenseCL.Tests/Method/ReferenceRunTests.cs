using System.Globalization;
using DenseCL.Compute;
using DenseCL.Method;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Method;

/// <summary>
/// The method in double precision against the same in plain PyTorch (tests/Golden/Runs/generate.py): every loss of every step and every
/// tensor after the last agree to nine digits, so that no line of the method can be wrong and no rounding is an excuse.
/// </summary>
public class ReferenceRunTests(ITestOutputHelper output)
{
    private const double Bound = 1e-9;

    private double worst;

    public static TheoryData<string> Runs() =>
        [.. Directory.GetFiles(ReferenceRun.Folder, "*.json").Order(StringComparer.Ordinal).Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Runs))]
    public void Losses_and_state_are_those_of_the_method_written_out(string name)
    {
        ReferenceRun run = ReferenceRun.Read(name);
        Recipe recipe = run.Recipe();
        using DenseContrast method = new(recipe, CPU, ScalarType.Float64);
        using TrainingStep training = new(method, recipe.Optim);
        HashFill.Start(method);
        for (int step = 0; step < run.Losses.Length; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            double rate = LearningRate.At(recipe.Optim, step, run.StepsPerEpoch);
            Assert.Equal(run.LearningRates[step], rate, 1e-15);
            StepReport report = training.Run(Images(run, recipe, step), step, rate);
            ReferenceLosses expected = run.Losses[step];
            Assert.Equal(expected.Lambda, report.Lambda);
            Compare($"the loss of step {step}", expected.Loss, report.Loss);
            Compare($"the global loss of step {step}", expected.Global, report.GlobalLoss);
            Compare($"the dense loss of step {step}", expected.Dense, report.DenseLoss);
        }

        CompareState(run, training);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: worst deviation {worst:E1}"));
    }

    /// <summary>Where a run above fails, this says whether it is because other numbers were drawn.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void Random_numbers_are_those_of_the_streams_description(string name)
    {
        ReferenceRun run = ReferenceRun.Read(name);
        ulong seed = run.Recipe().Run.Seed;
        for (int step = 0; step < run.Losses.Length; step++)
        {
            CounterRandom Stream(RandomPurpose purpose) => new(seed, (ulong)purpose, (ulong)step);

            int[] order = run.Drawn.KeyOrder[step];
            Assert.Equal(order, Stream(RandomPurpose.KeyOrder).Permutation(order.Length));
            if (run.Drawn.Matching is { } matching)
            {
                CounterRandom random = Stream(RandomPurpose.Matching);
                foreach (int[] image in matching[step])
                {
                    Assert.All(image, position => Assert.Equal(position, random.NextInt(image.Length)));
                }
            }

            if (run.Drawn.SampledNegatives is { } sampled)
            {
                const int Positions = 9;        // 48 px at stride 16
                CounterRandom random = Stream(RandomPurpose.SampledNegatives);
                Assert.All(sampled[step], position => Assert.Equal(position, random.NextInt(Positions)));
            }
        }
    }

    private void CompareState(ReferenceRun run, TrainingStep training)
    {
        DenseContrast method = training.Method;
        Dictionary<string, Tensor> state = new(StringComparer.Ordinal) { ["queue"] = method.GlobalQueue.Keys.t() };
        if (method.DenseQueue is { } dense)
        {
            state["queue2"] = dense.Keys.t();
        }

        foreach ((string key, Tensor tensor) in HashFill.Named(method.QueryEncoder, "encoder_q").Concat(HashFill.Named(method.KeyEncoder, "encoder_k")))
        {
            state[key] = tensor;
        }

        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(run.State.Keys.Order(StringComparer.Ordinal), state.Keys.Order(StringComparer.Ordinal));
        long longest = state.Values.Max(tensor => tensor.numel());
        Tensor projection = torch.tensor(HashFill.Values("projection", longest, -1, 1)).to_type(ScalarType.Float64);
        foreach ((string key, double[] expected) in run.State)
        {
            using DisposeScope one = NewDisposeScope();
            Tensor values = state[key].detach().to_type(ScalarType.Float64).contiguous().flatten();
            long count = values.numel();
            double norm = expected[1], single = norm / Math.Sqrt(count);
            Compare($"{key}, mean", expected[0], values.mean().item<double>(), single);
            Compare($"{key}, norm", norm, values.norm().item<double>());
            Compare($"{key}, projection", expected[2], values.dot(projection.narrow(0, 0, count)).item<double>(), norm);
            for (int i = 3; i < expected.Length; i++)
            {
                Compare(string.Create(CultureInfo.InvariantCulture, $"{key}[{i - 3}]"), expected[i], values[i - 3].item<double>(), single);
            }
        }

        Tensor velocity = training.Optimiser.Velocity;
        Compare("velocity, mean", run.Velocity[0], velocity.mean().item<double>(), run.Velocity[1] / Math.Sqrt(velocity.numel()));
        Compare("velocity, norm", run.Velocity[1], velocity.norm().item<double>());
    }

    private void Compare(string what, double? expected, double? actual)
    {
        Assert.True(expected.HasValue == actual.HasValue, $"{what}: {actual} instead of {expected}.");
        if (expected is { } number)
        {
            Compare(what, number, actual!.Value, Math.Abs(number));
        }
    }

    private void Compare(string what, double expected, double actual, double scale)
    {
        double deviation = Math.Abs(actual - expected) / Math.Max(scale, 1e-300);
        worst = Math.Max(worst, deviation);
        string message = string.Create(CultureInfo.InvariantCulture, $"{what}: {actual:R} instead of {expected:R}, off by {deviation:E1}.");
        Assert.True(deviation <= Bound, message);
    }

    private static Views Images(ReferenceRun run, Recipe recipe, int step)
    {
        (int batch, int size) = (recipe.Optim.Batch, recipe.Data.Size);
        Tensor numbers = torch.tensor(HashFill.Values($"input.{step}", batch * 6L * size * size, -2, 2)).to_type(ScalarType.Float64);
        Tensor images = numbers.view(batch, 2, 3, size, size);
        Tensor first = images.select(1, 0), second = images.select(1, 1);
        return new Views(first, first.Times(0.7).Plus(second.Times(0.3)), run.CropsOf(step, 0), run.CropsOf(step, 1));
    }
}
