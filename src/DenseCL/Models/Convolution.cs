using DenseCL.Compute;
using DenseCL.Compute.Tiles;
using DenseCL.Platform;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>
/// A 2-D convolution without bias, its weight (out, in, k, k), or (C, 1, k, k) of a depthwise one, as in PyTorch. Padding keeps the size at
/// stride 1.
/// </summary>
/// <remarks>
/// Computed by <see cref="ConvolutionKernel"/> or <see cref="DepthwiseKernel"/> where that is possible. Of what is left to libtorch, a 1×1 convolution is a matrix product
/// over channels: it is faster, and oneDNN's own 1×1 kernels divide by zero on some processors (libtorch 2.10, est_eff_1x1), which ends the
/// process.
/// </remarks>
internal sealed class Convolution : nn.Module, IInitialised
{
    private readonly Parameter weight;
    private readonly long size;
    private readonly long stride;
    private readonly long dilation;
    private readonly bool depthwise;
    private readonly StartValues start;

    /// <param name="inChannels">Of the input.</param>
    /// <param name="outChannels">Of the output; of a depthwise convolution as many.</param>
    /// <param name="size">k, odd</param>
    /// <param name="stride">At least 1.</param>
    /// <param name="dilation">How far apart the weights are, at least 1.</param>
    /// <param name="depthwise">Whether each channel is convolved by itself.</param>
    /// <param name="start">How the weight starts.</param>
    public Convolution(
        long inChannels,
        long outChannels,
        long size,
        long stride = 1,
        long dilation = 1,
        bool depthwise = false,
        StartValues start = StartValues.KaimingFanIn)
        : base(nameof(Convolution))
    {
        (this.size, this.stride, this.dilation, this.depthwise, this.start) = (size, stride, dilation, depthwise, start);
        weight = Parameters.Empty(outChannels, depthwise ? 1 : inChannels, size, size);
        RegisterComponents();
    }

    private long Pad => size / 2 * dilation;

    /// <summary>(N, in, H, W) → (N, out, ⌈H/stride⌉, ⌈W/stride⌉), in the type of the input.</summary>
    public Activation forward(Activation x, Tape? tape)
    {
        bool libtorchs = tape is null && is_grad_enabled();
        if (!libtorchs && depthwise && Kernels.Depthwise(x.Value, weight, stride, dilation) is { } each)
        {
            return EachChannel(x, each, tape);
        }

        if (!libtorchs && !depthwise && Kernels.Convolution(x.Value, weight, stride, dilation) is { } shape)
        {
            return Tiled(x, shape, tape);
        }

        return tape is null
            ? new Activation(Convolve(x.Value, weight.to_type(x.Value.dtype)))
            : tape.Apply([x], [weight], x.Value.dtype, (input, w) => Convolve(input[0], w[0]));
    }

    /// <summary>Adds the convolution to a graph.</summary>
    public string Describe(NetworkGraph graph, string name, string x)
    {
        List<(string Name, object Value)> attributes =
        [
            ("kernel_shape", new[] { size, size }),
            ("pads", new[] { Pad, Pad, Pad, Pad }),
            ("strides", new[] { stride, stride }),
        ];
        if (dilation > 1)
        {
            attributes.Add(("dilations", new[] { dilation, dilation }));
        }

        if (depthwise)
        {
            attributes.Add(("group", weight.shape[0]));
        }

        return graph.Add("Conv", name, [x, $"{name}.weight"], [.. attributes]);
    }

    /// <inheritdoc/>
    public void Initialise(Func<string, CounterRandom> random) => weight.Start(start, random(nameof(weight)));

    private unsafe Activation Tiled(Activation x, ConvolutionShape shape, Tape? tape)
    {
        bool bf16 = x.Value.dtype == ScalarType.BFloat16;
        return Pass(x, shape, x.Value.dtype, tape,
            (input, y) =>
            {
                Tensor w = InMemory(weight).contiguous();
                ConvolutionKernel.Forward(shape, bf16, input.Address(), Memory.Of<float>(w), y.Address());
                GC.KeepAlive(w);        // an address holds nothing
            },
            (input, dy) =>
                ConvolutionKernel.WeightGradient(shape, bf16, input.Address(), dy.Address(), Memory.Of<float>(InMemory(weight.grad!))),
            (dy, dx) => ConvolutionKernel.InputGradient(shape, bf16, dy.Address(), Memory.Of<float>(InMemory(weight)), dx.Address()));
    }

    /// <summary>A depthwise convolution; bfloat16 maps are widened for it, and narrowed behind it.</summary>
    private unsafe Activation EachChannel(Activation x, ConvolutionShape shape, Tape? tape)
    {
        return Pass(x, shape, ScalarType.Float32, tape,
            (input, y) =>
            {
                Tensor taps = Taps();
                DepthwiseKernel.Forward(shape, (float*)input.Address(), Memory.Of<float>(taps), (float*)y.Address());
                GC.KeepAlive(taps);
            },
            (input, dy) =>
            {
                Tensor dw = empty(shape.Taps, shape.Outputs);
                DepthwiseKernel.WeightGradient(shape, (float*)input.Address(), (float*)dy.Address(), Memory.Of<float>(dw));
                weight.grad!.AddInPlace(dw.t().reshape(weight.shape));
            },
            (dy, dx) =>
            {
                Tensor taps = Taps();
                DepthwiseKernel.InputGradient(shape, (float*)dy.Address(), Memory.Of<float>(taps), (float*)dx.Address());
                GC.KeepAlive(taps);
            });

        // (C, 1, k, k) → (taps, C)
        Tensor Taps() => weight.detach().reshape(shape.Outputs, shape.Taps).t().contiguous();
    }

    /// <summary>
    /// A kernel's way forward and, where there is a tape, back, on maps of the type that it computes in. It is given what it reads and
    /// what it fills: input and output; input and the output's gradient (it adds to the weight's by itself); the output's gradient and the
    /// input's.
    /// </summary>
    private static Activation Pass(Activation x, ConvolutionShape shape, ScalarType computed, Tape? tape,
        Action<Tensor, Tensor> forward, Action<Tensor, Tensor> weightGradient, Action<Tensor, Tensor> inputGradient)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();   // a view that is left over would hold its storage after the activation is let go of
        ScalarType type = x.Value.dtype;
        Tensor input = x.Value.ChannelsLast();          // kept for the way back in its own type
        Tensor read = Computed(input), y = Map(shape.OutHeight, shape.OutWidth, shape.Outputs);
        forward(read, y);
        GC.KeepAlive(read);
        Activation output = new(y.to_type(type).MoveToOuterDisposeScope());
        if (tape is null)
        {
            return output;
        }

        if (!ReferenceEquals(input, x.Value))
        {
            input.MoveToOuterDisposeScope();
        }

        tape.Record(() =>
        {
            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            using Tensor gradient = output.Take();
            Tensor read = Computed(input), dy = Computed(gradient);
            weightGradient(read, dy);
            if (x.NeedsGradient)
            {
                Tensor dx = Map(shape.Height, shape.Width, shape.Inputs);
                inputGradient(dy, dx);
                x.Receive(dx.to_type(type));
            }

            GC.KeepAlive((read, dy));
            if (!ReferenceEquals(input, x.Value))
            {
                input.Dispose();
            }

            output.Value.Dispose();
        });
        return output;

        Tensor Computed(Tensor map) => map.to_type(computed).ChannelsLast();
        Tensor Map(long height, long width, long channels) =>
            empty(shape.Images, height, width, channels, dtype: computed).permute(0, 3, 1, 2);
    }

    // (out, in, k, k) lies in memory as (out, k, k, in) in a ParameterVector, without which there is no tape.
    private static Tensor InMemory(Tensor weights) => weights.permute(0, 2, 3, 1);

    private Tensor Convolve(Tensor input, Tensor w)
    {
        if (size > 1 || depthwise)
        {
            ScalarType type = depthwise ? Kernels.TypeForDepthwise(input) : input.dtype;
            return nn.functional.conv2d(
                input.to_type(type),
                w.to_type(type),
                strides: [stride, stride],
                padding: [Pad, Pad],
                dilation: [dilation, dilation],
                groups: depthwise ? w.shape[0] : 1).to_type(input.dtype);
        }

        Tensor x = stride == 1 ? input : input[TensorIndex.Ellipsis, TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)];
        return Pointwise.Linear(x.permute(0, 2, 3, 1), w, bias: null).permute(0, 3, 1, 2);
    }
}
