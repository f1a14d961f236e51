using DenseCL.Compute;

namespace DenseCL.Models;

/// <summary>x · hard sigmoid(x), with the hard sigmoid min(max(x + 3, 0), 6) / 6 (Howard et al., ICCV 2019).</summary>
internal static class Hardswish
{
    /// <summary>Applied to each number of a map.</summary>
    public static Activation Apply(Activation x, Tape? tape) => tape is null
        ? new Activation(x.Value.hardswish())
        : tape.Apply([x], [], x.Value.dtype, (input, _) => input[0].hardswish());

    /// <summary>Adds it to a graph as two operators, because ONNX has a single operator only from operator set 14 on.</summary>
    public static string Describe(NetworkGraph graph, string name, string x) =>
        graph.Add("Mul", name, [x, DescribeSigmoid(graph, $"{name}.hardsigmoid", x)]);

    /// <summary>Adds the hard sigmoid alone.</summary>
    public static string DescribeSigmoid(NetworkGraph graph, string name, string x) =>
        graph.Add("HardSigmoid", name, [x], ("alpha", 1f / 6), ("beta", 0.5f));
}
