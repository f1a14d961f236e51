using DenseCL.Images.Operations;
using DenseCL.Models;
using Onnx;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>Adds <see cref="Resample"/> to a graph, equal to the last bit: two matrix products with the weights of every pixel.</summary>
/// <remarks>
/// ONNX's own Resize computes these weights in single precision, and one of a hundred bytes then differs by one. The sums are computed in
/// double precision, where they are exact.
/// </remarks>
internal static class GraphResample
{
    private const long Double = (long)TensorProto.Types.DataType.Double;
    private static readonly long[] Swapped = [1, 0];
    private static readonly long[] Last = [1];

    /// <summary>Resizes images.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="levels">(N, C, H, W) float32: 0 … 255, whole numbers.</param>
    /// <param name="own">(2) int64: H and W.</param>
    /// <param name="size">(2) int64: height and width of the result.</param>
    /// <returns>(N, C, height, width) float32: 0 … 255, whole numbers.</returns>
    public static string Add(NetworkGraph graph, string levels, string own, string size)
    {
        string across = graph.Add("Transpose", "across", [Weights(graph, "across.weights", own, size, axis: 1)], ("perm", Swapped));
        string down = Weights(graph, "down", own, size, axis: 0);
        string narrowed = Rounded(graph, "narrowed", graph.Add("MatMul", "narrowed.sum", [graph.Add("Cast", "levels.double", [levels], ("to", Double)), across]));
        string resized = Rounded(graph, "resized", graph.Add("MatMul", "resized.sum", [down, narrowed]));
        return graph.Add("Cast", "resized.float", [resized], ("to", (long)TensorProto.Types.DataType.Float));
    }

    /// <summary>A number in double precision.</summary>
    public static string Number(NetworkGraph graph, string name, float value) =>
        graph.Add("Cast", name, [graph.Add("Constant", name + ".single", [], ("value_float", value))], ("to", Double));

    /// <summary>(to, from): the fixed-point weights of <see cref="TriangleWindows"/>, zeros included.</summary>
    private static string Weights(NetworkGraph graph, string name, string own, string size, long axis)
    {
        string index = graph.Add("Constant", name + ".axis", [], ("value_int", axis)), last = graph.Add("Constant", name + ".last", [], ("value_ints", Last));
        string from = Length("from", own), to = Length("to", size);
        string zero = Number("zero", 0), one = Number("one", 1), half = Number("half", 0.5f);
        string scale = Binary("scale", "Div", from, to);
        string stretch = Binary("stretch", "Max", scale, one);
        string centres = Binary("centres", "Mul", Binary("outputs", "Add", graph.Add("Range", name + ".range.to", [zero, to, one]), half), scale);
        string column = graph.Add("Unsqueeze", name + ".column", [centres, last]);

        // |input − centre + 0.5| / stretch, as TriangleWindows has it
        string apart = Binary("shifted", "Add", Binary("apart", "Sub", graph.Add("Range", name + ".range.from", [zero, from, one]), column), half);
        string share = Binary("share", "Mul", graph.Add("Abs", name + ".distance", [apart]), Binary("inverse", "Div", one, stretch));
        string triangle = Binary("triangle", "Max", Binary("height", "Sub", one, share), zero);
        string sum = graph.Add("ReduceSum", name + ".sum", [triangle, last], ("keepdims", 1L));
        string exact = Binary("exact", "Mul", Binary("normal", "Div", triangle, sum), Number("unit", 1 << TriangleWindows.Precision));
        return graph.Add("Floor", name, [Binary("raised", "Add", exact, half)]);

        string Length(string of, string values) =>
            graph.Add("Cast", $"{name}.{of}", [graph.Add("Gather", $"{name}.{of}.whole", [values, index])], ("to", Double));

        string Number(string of, float value) => GraphResample.Number(graph, $"{name}.{of}", value);

        string Binary(string of, string type, string a, string b) => graph.Add(type, $"{name}.{of}", [a, b]);
    }

    /// <summary>Sums of weighted levels → levels.</summary>
    private static string Rounded(NetworkGraph graph, string name, string sums)
    {
        string share = graph.Add("Div", name + ".share", [sums, Number(graph, name + ".unit", 1 << TriangleWindows.Precision)]);
        string floor = graph.Add("Floor", name + ".floor", [graph.Add("Add", name + ".raised", [share, Number(graph, name + ".half", 0.5f)])]);
        return graph.Add("Clip", name, [floor, Number(graph, name + ".darkest", 0), Number(graph, name + ".brightest", 255)]);
    }
}
