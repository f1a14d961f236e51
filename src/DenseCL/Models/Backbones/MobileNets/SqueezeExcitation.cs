using DenseCL.Compute;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace DenseCL.Models.Backbones.MobileNets;

/// <summary>
/// Squeeze and excitation (Hu et al., CVPR 2018) with the hard sigmoid of MobileNetV3. Two layers compute a factor for each channel from
/// the averages of all channels: y = x · hard sigmoid(W₂ max(0, W₁ mean(x) + b₁) + b₂). Names are torchvision's.
/// </summary>
internal sealed class SqueezeExcitation : Block
{
    private readonly Affine fc1;
    private readonly Affine fc2;

    /// <param name="channels">C</param>
    /// <param name="squeezed">Channels between the two layers.</param>
    public SqueezeExcitation(long channels, long squeezed)
        : base(nameof(SqueezeExcitation))
    {
        fc1 = new Affine(channels, squeezed, pointwise: true, StartValues.KaimingFanOut);
        fc2 = new Affine(squeezed, channels, pointwise: true, StartValues.KaimingFanOut);
        RegisterComponents();
    }

    /// <summary>(N, C, H, W) → (N, C, H, W), in the type of the input.</summary>
    public override Activation forward(Activation input, Tape? tape)
    {
        Parameter[] parameters = [fc1.Weight, fc1.Bias, fc2.Weight, fc2.Bias];
        return tape is null
            ? new Activation(Compute(input.Value, [.. parameters.Select(parameter => parameter.to_type(input.Value.dtype))]))
            : tape.Apply([input], parameters, input.Value.dtype, (inputs, w) => Compute(inputs[0], w));

        static Tensor Compute(Tensor x, Tensor[] w)
        {
            Tensor squeezed = Pointwise.Linear(x.mean([2, 3]), w[0], w[1]).relu();                          // (N, squeezed)
            return x * Pointwise.Linear(squeezed, w[2], w[3]).hardsigmoid().unsqueeze(2).unsqueeze(3);      // by (N, C, 1, 1)
        }
    }

    /// <inheritdoc/>
    public override string Describe(NetworkGraph graph, string name, string input)
    {
        string y = graph.Add("GlobalAveragePool", $"{name}.avgpool", [input]);
        y = graph.Add("Relu", $"{name}.activation", [graph.Add("Conv", $"{name}.fc1", [y, $"{name}.fc1.weight", $"{name}.fc1.bias"])]);
        y = Hardswish.DescribeSigmoid(
            graph,
            $"{name}.scale_activation",
            graph.Add("Conv", $"{name}.fc2", [y, $"{name}.fc2.weight", $"{name}.fc2.bias"]));
        return graph.Add("Mul", $"{name}.mul", [y, input]);
    }
}
