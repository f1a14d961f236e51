using DenseCL.Models;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>Adds ONNX's Resize to a graph, in the forms that networks here use; the operators are those of set 13 and later.</summary>
internal static class GraphResize
{
    /// <summary>Bilinear; positions are areas, not points (align_corners false), as <see cref="SegmentationLoss.Enlarge"/>.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">The name of the resulting value.</param>
    /// <param name="map">The value to resize, (N, C, h, w).</param>
    /// <param name="like">A value whose last two sizes it gets.</param>
    public static string Linear(NetworkGraph graph, string name, string map, string like) =>
        Sized(graph, name, map, SizeOf(graph, name, like), ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel"));

    /// <summary>The nearest position, rounded down.</summary>
    /// <inheritdoc cref="Linear"/>
    public static string Nearest(NetworkGraph graph, string name, string map, string like) =>
        Sized(
            graph,
            name,
            map,
            SizeOf(graph, name, like),
            ("mode", "nearest"),
            ("coordinate_transformation_mode", "asymmetric"),
            ("nearest_mode", "floor"));

    /// <summary>Resizes to a size that is a value of the graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">The name of the resulting value.</param>
    /// <param name="map">The value to resize, (N, C, h, w).</param>
    /// <param name="size">(2) int64: height and width.</param>
    /// <param name="attributes">Of the operator.</param>
    public static string Sized(NetworkGraph graph, string name, string map, string size, params (string Name, object Value)[] attributes)
    {
        string outer = Sizes(graph, name + ".outer", map, 0, 1);
        string sizes = graph.Add("Concat", name + ".sizes", [outer, size], ("axis", 0L));
        return graph.Add("Resize", name, [map, "", "", sizes], attributes);
    }

    /// <summary>(2) int64: height and width of a value (N, C, h, w).</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">What the name of the resulting value begins with.</param>
    /// <param name="of">The value.</param>
    public static string SizeOf(NetworkGraph graph, string name, string of) => Sizes(graph, name + ".inner", of, 2, 3);

    private static string Sizes(NetworkGraph graph, string name, string of, params long[] axes) =>
        graph.Add("Gather", name, [graph.Add("Shape", name + ".shape", [of]), graph.Add("Constant", name + ".axes", [], ("value_ints", axes))]);
}
