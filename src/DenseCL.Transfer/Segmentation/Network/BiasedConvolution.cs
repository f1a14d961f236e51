using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Platform;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>A convolution with a bias, without batch norm. Its tensors are called <c>conv.weight</c> and <c>conv.bias</c>.</summary>
internal sealed class BiasedConvolution : nn.Module, IInitialised
{
    // Not fields of their own: TorchSharp would register them a second time, under the names of the fields.
    private readonly (Convolution Convolution, Parameter Bias) own;

    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="size">k, odd</param>
    public BiasedConvolution(int inChannels, int outChannels, int size)
        : base(nameof(BiasedConvolution))
    {
        own = (new Convolution(inChannels, outChannels, size), Parameters.Empty(outChannels));
        register_module("conv", own.Convolution);
        register_parameter("conv.bias", own.Bias);
    }

    /// <inheritdoc/>
    public void Initialise(Func<string, CounterRandom> random) => own.Bias.Fill(0);

    /// <summary>(N, in, h, w) → (N, out, h, w), in the type of the input.</summary>
    public Activation forward(Activation x, Tape? tape)
    {
        Activation y = own.Convolution.forward(x, tape);
        return tape is null
            ? new Activation(y.Value.Plus(OfChannels(own.Bias.to_type(y.Value.dtype))))
            : tape.Apply([y], [own.Bias], y.Value.dtype, (map, b) => map[0].Plus(OfChannels(b[0])));

        static Tensor OfChannels(Tensor b) => b.view(1, -1, 1, 1);
    }

    /// <summary>Adds the convolution to a graph.</summary>
    public string Describe(NetworkGraph graph, string name, string x)
    {
        string y = own.Convolution.Describe(graph, $"{name}.conv", x);
        graph.AddInputToLast($"{name}.conv.bias");
        return y;
    }
}
