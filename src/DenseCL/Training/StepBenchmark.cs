using System.Diagnostics;
using DenseCL.Data.Loading;
using DenseCL.Method;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training.Logs;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Training;

/// <summary>The time of a training step on random images: forward, backward, both updates and the queues, without the loader.</summary>
public static class StepBenchmark
{
    /// <summary>Steps that are not counted: the first ones allocate memory and choose kernels.</summary>
    public const int WarmUp = 1;

    /// <summary>Runs steps and measures them.</summary>
    /// <param name="recipe">Network, size, batch, queue, method, precision and device; <c>auto</c> values of the method must be
    /// numbers.</param>
    /// <param name="steps">Steps to run, more than <see cref="WarmUp"/>.</param>
    /// <param name="stop">Ends the measurement after the current step.</param>
    /// <exception cref="RecipeException">Two settings contradict each other, or one of the method is <c>auto</c>.</exception>
    /// <exception cref="PlatformException">The tensor library does not load, or there is no such device.</exception>
    public static StepSpeed Run(Recipe recipe, int steps, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(steps, WarmUp);
        recipe.Validate();
        RefuseAuto(recipe.Method.Queue is null, "method.queue");
        RefuseAuto(recipe.Method.KeyMomentum is null, "method.keyMomentum");
        TorchRuntime.EnsureReady();
        Device device = TorchRuntime.Choose(recipe.Run.Device);
        Precision precision = TorchRuntime.Choose(recipe.Run.Precision, device);
        using DenseContrast method = new(recipe, device);
        using TrainingStep training = new(method, recipe.Optim);
        CropGeometry[] whole = [.. Enumerable.Repeat(new CropGeometry(0, 0, recipe.Data.Size, recipe.Data.Size, Flipped: false), recipe.Optim.Batch)];
        List<double> seconds = [];
        Stopwatch watch = new();
        for (int step = 0; step < steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Views views = new(Images(), Images(), whole, whole);
            watch.Restart();
            training.Run(views, step, recipe.Optim.LearningRate);
            seconds.Add(watch.Elapsed.TotalSeconds);
        }

        double median = Median.Of(seconds.Skip(WarmUp));
        return new StepSpeed(
            precision,
            get_num_threads(),
            median,
            recipe.Optim.Batch / median,
            Process.GetCurrentProcess().PeakWorkingSet64 >> 20);

        Tensor Images()
        {
            using DisposeScope scope = NewDisposeScope();
            return randn([recipe.Optim.Batch, recipe.Data.Size, recipe.Data.Size, recipe.Data.Channels], device: device)
                .to_type(TorchRuntime.TypeOf(precision))
                .permute(0, 3, 1, 2)
                .MoveToOuterDisposeScope();
        }
    }

    private static void RefuseAuto(bool isAuto, string key)
    {
        if (isAuto)
        {
            throw new RecipeException(
                $"{key} is `auto`, which depends on the number of images, and here there are none. Choose a number.");
        }
    }
}
