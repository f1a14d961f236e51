using System.Diagnostics;
using DenseCL.Platform;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Pretraining;

/// <summary>The time of a training step on random images: forward, backward, both updates and the queues, without the loader.</summary>
public static class StepBenchmark
{
    /// <summary>Steps that are not counted: the first ones find memory and choose kernels.</summary>
    public const int WarmUp = 1;

    /// <summary>Runs steps and measures them.</summary>
    /// <param name="recipe">Network, size, batch, queue, method, precision and device; <c>auto</c> values of the method must be numbers.</param>
    /// <param name="steps">Steps to run, more than <see cref="WarmUp"/>.</param>
    /// <param name="stop">Ends the measurement after the current step.</param>
    /// <exception cref="RecipeException">Two settings contradict each other.</exception>
    /// <exception cref="PlatformException">The tensor library does not load, or there is no such device.</exception>
    public static StepSpeed Run(Recipe recipe, int steps, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(steps, WarmUp);
        recipe.Validate();
        if (recipe.Method is { Queue: null } or { KeyMomentum: null })
        {
            throw new RecipeException("method.queue and method.keyMomentum are `auto`, which needs a number of images: choose numbers for a measurement.");
        }

        TorchRuntime.EnsureReady();
        Device device = TorchRuntime.Choose(recipe.Run.Device);
        Precision precision = TorchRuntime.Choose(recipe.Run.Precision, device);
        using DenseContrast method = new(recipe, device);
        List<double> seconds = [];
        Stopwatch watch = new();
        for (int step = 0; step < steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Views views = new(Images(), Images(), [], []);
            watch.Restart();
            method.Train(views, step, recipe.Optim.LearningRate);
            seconds.Add(watch.Elapsed.TotalSeconds);
        }

        double median = Median([.. seconds.Skip(WarmUp)]);
        return new StepSpeed(precision, get_num_threads(), median, recipe.Optim.Batch / median, Process.GetCurrentProcess().PeakWorkingSet64 >> 20);

        Tensor Images()
        {
            using DisposeScope scope = NewDisposeScope();
            return randn([recipe.Optim.Batch, recipe.Data.Size, recipe.Data.Size, 3], device: device).to_type(TorchRuntime.TypeOf(precision)).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
        }
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        int half = values.Length / 2;
        return values.Length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }
}
