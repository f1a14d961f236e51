using DenseCL.Compute;
using DenseCL.Platform;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>A linear map of the last dimension with bias, (…, in) → (…, out).</summary>
internal sealed class Affine : nn.Module<Tensor, Tensor>, IInitialised
{
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly StartValues start;

    /// <param name="inChannels">Length of the input vectors.</param>
    /// <param name="outChannels">Length of the output vectors.</param>
    /// <param name="pointwise">Whether the weight has the shape (out, in, 1, 1) of a 1×1 convolution; else it has (out, in).</param>
    /// <param name="start">How weight and bias are initialised.</param>
    public Affine(long inChannels, long outChannels, bool pointwise, StartValues start)
        : base(nameof(Affine))
    {
        this.start = start;
        weight = pointwise ? Parameters.Empty(outChannels, inChannels, 1, 1) : Parameters.Empty(outChannels, inChannels);
        bias = Parameters.Empty(outChannels);
        RegisterComponents();
    }

    public Parameter Weight => weight;

    public Parameter Bias => bias;

    /// <inheritdoc/>
    public void Initialise(Func<string, CounterRandom> random)
    {
        weight.Start(start, random(nameof(weight)));
        bias.StartBias(start, weight, random(nameof(bias)));
    }

    public override Tensor forward(Tensor input) => Pointwise.Linear(input, weight.to_type(input.dtype), bias.to_type(input.dtype));
}
