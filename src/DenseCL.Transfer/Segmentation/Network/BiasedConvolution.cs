using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Platform;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>A convolution with a bias, without batch norm. Its tensors are called <c>conv.weight</c> and <c>conv.bias</c>.</summary>
internal sealed class BiasedConvolution : nn.Module, IInitialised
{
    private readonly Convolution convolution;
    private readonly Parameter bias;

    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="size">k, odd</param>
    public BiasedConvolution(int inChannels, int outChannels, int size)
        : base(nameof(BiasedConvolution))
    {
        convolution = new Convolution(inChannels, outChannels, size);
        bias = Parameters.Empty(outChannels);
        register_module("conv", convolution);
        register_parameter("conv.bias", bias);
    }

    /// <inheritdoc/>
    public void Initialise(Func<string, CounterRandom> random) => bias.Fill(0);

    /// <summary>(N, in, h, w) → (N, out, h, w), in the type of the input.</summary>
    public Activation forward(Activation x, Tape? tape)
    {
        Activation y = convolution.forward(x, tape);
        return tape is null
            ? new Activation(y.Value.Plus(OfChannels(bias.to_type(y.Value.dtype))))
            : tape.Apply([y], [bias], y.Value.dtype, (map, b) => map[0].Plus(OfChannels(b[0])));

        static Tensor OfChannels(Tensor b) => b.view(1, -1, 1, 1);
    }

    /// <summary>Adds the convolution to a graph.</summary>
    public string Describe(NetworkGraph graph, string name, string x)
    {
        string y = convolution.Describe(graph, $"{name}.conv", x);
        graph.AddInputToLast($"{name}.conv.bias");
        return y;
    }
}
