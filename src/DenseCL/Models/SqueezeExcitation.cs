using DenseCL.Compute;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace DenseCL.Models;

/// <summary>
/// Squeeze and excitation (Hu et al., CVPR 2018) with the hard sigmoid of MobileNetV3: each channel is scaled by what two layers make of
/// the averages of all channels, y = x · hard sigmoid(W₂ max(0, W₁ mean(x) + b₁) + b₂). Names are torchvision's.
/// </summary>
internal sealed class SqueezeExcitation : nn.Module
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
    public Activation forward(Activation x, Tape? tape)
    {
        Parameter[] parameters = [fc1.Weight, fc1.Bias, fc2.Weight, fc2.Bias];
        return tape is null
            ? new Activation(Compute(x.Value, [.. parameters.Select(parameter => parameter.to_type(x.Value.dtype))]))
            : tape.Apply([x], parameters, x.Value.dtype, (inputs, w) => Compute(inputs[0], w));

        static Tensor Compute(Tensor x, Tensor[] w)
        {
            Tensor squeezed = Pointwise.Linear(x.mean([2, 3]), w[0], w[1]).relu();                          // (N, squeezed)
            return x * Pointwise.Linear(squeezed, w[2], w[3]).hardsigmoid().unsqueeze(2).unsqueeze(3);      // by (N, C, 1, 1)
        }
    }

    /// <summary>Adds the operators of <see cref="forward"/> to a graph and returns the value that they make.</summary>
    public static string Describe(NetworkGraph graph, string name, string x)
    {
        string y = graph.Add("GlobalAveragePool", $"{name}.avgpool", [x]);
        y = graph.Add("Relu", $"{name}.activation", [graph.Add("Conv", $"{name}.fc1", [y, $"{name}.fc1.weight", $"{name}.fc1.bias"])]);
        y = Hardswish.DescribeSigmoid(
            graph,
            $"{name}.scale_activation",
            graph.Add("Conv", $"{name}.fc2", [y, $"{name}.fc2.weight", $"{name}.fc2.bias"]));
        return graph.Add("Mul", $"{name}.mul", [y, x]);
    }
}
