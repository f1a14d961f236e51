using System.Diagnostics;
using System.Text.Json;
using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Benchmarks;

/// <summary>What part of the machine's own speed a backbone reaches, that of a large matrix product being the whole.</summary>
internal static class BackboneSpeed
{
    private const int Size = 224;
    private const long Side = 4096;

    // 4.1 billion multiplications with addition forward (He et al., CVPR 2016), as many for each of the two gradients.
    private const double TeraflopAnImage = 24.6e-3;
    private const double TeraflopOfProduct = 2e-12 * Side * Side * Side;

    public static string Measure(int batch, int steps, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        TorchRuntime.EnsureReady();
        set_num_threads(threads);
        Precision precision = TorchRuntime.Choose(Precision.Auto, CPU);
        ScalarType type = TorchRuntime.TypeOf(precision);

        using DisposeScope scope = NewDisposeScope();
        using Backbone backbone = Backbone.Create(BackboneKind.Resnet50);
        backbone.Initialise(0);
        using ParameterVector parameters = new(backbone, trainable: true);
        Tensor images = randn(batch, Size, Size, 3).to_type(type).permute(0, 3, 1, 2);
        const int MapSide = (Size + Backbone.Stride - 1) / Backbone.Stride;
        Tensor gradient = randn(batch, MapSide, MapSide, backbone.OutChannels).to_type(type).permute(0, 3, 1, 2);
        Tensor left = randn(Side, Side).to_type(type), right = randn(Side, Side).to_type(type);

        List<double> passes = [], products = [];
        for (int step = 0; step < steps; step++)
        {
            passes.Add(Seconds(Pass));
            products.Add(Seconds(() => _ = left.mm(right)));
        }

        (double pass, double product) = (Median.Of(passes.Skip(1)), Median.Of(products.Skip(1)));
        (double speed, double whole) = (TeraflopAnImage * batch / pass, TeraflopOfProduct / product);
        return JsonSerializer.Serialize(new
        {
            what = "ResNet-50, forward and backward",
            batch,
            steps,
            precision = precision.ToString().ToLowerInvariant(),
            threads,
            seconds_per_step = Math.Round(pass, 4),
            tflops = Math.Round(speed, 4),
            product_tflops = Math.Round(whole, 4),
            share = Math.Round(speed / whole, 4),
        });

        void Pass()
        {
            using DisposeScope pass = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            parameters.Gradients!.zero_();
            Tape tape = new();
            Activation map = backbone.forward(new Activation(images, needsGradient: false), tape);
            map.Receive(gradient.clone());
            tape.Backward();
        }
    }

    private static double Seconds(Action work)
    {
        using DisposeScope scope = NewDisposeScope();
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
