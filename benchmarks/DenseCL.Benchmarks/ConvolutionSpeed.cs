using System.Diagnostics;
using System.Globalization;
using DenseCL.Compute;
using DenseCL.Compute.Tiles;
using DenseCL.Platform;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Benchmarks;

/// <summary>
/// What each size of convolution that the kernel takes reaches in a residual network, forward and both gradients: where a step loses time.
/// </summary>
internal static class ConvolutionSpeed
{
    private const int Repetitions = 30;

    // Images, side of the input, inputs, outputs, side of the kernel, stride.
    private static readonly (int Images, int Side, int Inputs, int Outputs, int Size, int Stride)[] Resnet50 =
    [
        (16, 56, 64, 64, 1, 1),
        (16, 56, 64, 64, 3, 1),
        (16, 56, 64, 256, 1, 1),
        (16, 56, 256, 64, 1, 1),
        (16, 56, 256, 128, 1, 1),
        (16, 56, 128, 128, 3, 2),
        (16, 56, 256, 512, 1, 2),
        (16, 28, 128, 512, 1, 1),
        (16, 28, 512, 128, 1, 1),
        (16, 28, 128, 128, 3, 1),
        (16, 28, 512, 256, 1, 1),
        (16, 28, 256, 256, 3, 2),
        (16, 28, 512, 1024, 1, 2),
        (16, 14, 256, 1024, 1, 1),
        (16, 14, 1024, 256, 1, 1),
        (16, 14, 256, 256, 3, 1),
        (16, 14, 1024, 512, 1, 1),
        (16, 14, 512, 512, 3, 2),
        (16, 14, 1024, 2048, 1, 2),
        (16, 7, 512, 2048, 1, 1),
        (16, 7, 2048, 512, 1, 1),
        (16, 7, 512, 512, 3, 1),
    ];

    private static readonly (int Images, int Side, int Inputs, int Outputs, int Size, int Stride)[] Resnet18 =
    [
        (32, 24, 64, 64, 3, 1),
        (32, 24, 64, 128, 3, 2),
        (32, 24, 64, 128, 1, 2),
        (32, 12, 128, 128, 3, 1),
        (32, 12, 128, 256, 3, 2),
        (32, 12, 128, 256, 1, 2),
        (32, 6, 256, 256, 3, 1),
        (32, 6, 256, 512, 3, 2),
        (32, 6, 256, 512, 1, 2),
        (32, 3, 512, 512, 3, 1),
    ];

    public static void Print(bool bf16, int threads)
    {
        TorchRuntime.EnsureReady();
        set_num_threads(threads);
        if (!TileKernel.IsSupported(bf16))
        {
            Console.WriteLine("On this machine libtorch computes convolutions.");
            return;
        }

        Console.WriteLine("GFLOP/s (microseconds)                    forward     gradient of input     gradient of weights");
        foreach ((int images, int side, int inputs, int outputs, int size, int stride) in Resnet50.Concat(Resnet18))
        {
            Print(new ConvolutionShape(images, side, side, inputs, outputs, size, stride, Dilation: 1), bf16);
        }
    }

    private static unsafe void Print(ConvolutionShape shape, bool bf16)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = bf16 ? ScalarType.BFloat16 : ScalarType.Float32;
        Tensor x = randn(shape.Images, shape.Height, shape.Width, shape.Inputs).to_type(type), dx = empty_like(x);
        Tensor y = randn(shape.Images, shape.OutHeight, shape.OutWidth, shape.Outputs).to_type(type);
        Tensor w = randn(shape.Outputs, shape.Taps, shape.Inputs), dw = zeros_like(w);
        double flop = 2.0 * shape.OutPositions * shape.Taps * shape.Inputs * shape.Outputs;
        double[] seconds =
        [
            Median(() => ConvolutionKernel.Forward(shape, bf16, Memory.Of<byte>(x), Memory.Of<float>(w), Memory.Of<byte>(y))),
            Median(() => ConvolutionKernel.InputGradient(shape, bf16, Memory.Of<byte>(y), Memory.Of<float>(w), Memory.Of<byte>(dx))),
            Median(() => ConvolutionKernel.WeightGradient(shape, bf16, Memory.Of<byte>(x), Memory.Of<byte>(y), Memory.Of<float>(dw))),
        ];
        string name = $"{shape.Images} × {shape.Height}², {shape.Inputs} → {shape.Outputs}, {shape.Size}×{shape.Size} / {shape.Stride}";
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{name,-32}")
                + string.Concat(
                    seconds.Select(s => string.Create(CultureInfo.InvariantCulture, $"{flop / s / 1e9,10:f0} ({s * 1e6,6:f0})"))));
    }

    private static double Median(Action work)
    {
        List<double> seconds = [];
        for (int i = 0; i < Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return Training.Median.Of(seconds);
    }
}
