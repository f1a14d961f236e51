using System.Globalization;
using System.Text.RegularExpressions;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>The names of a network's tensors in files: mmsegmentation's, where the network is one of its.</summary>
internal static partial class SegmentationNames
{
    /// <summary>What the names of the backbone's tensors begin with.</summary>
    public const string Backbone = "backbone.";

    /// <summary>What our own names of the main head's tensors begin with, in <see cref="SegmentationHeads"/>.</summary>
    public const string Main = "main.";

    /// <summary>
    /// The name of a tensor of <see cref="SegmentationHeads"/>: <c>main.conv1.weight</c> is <c>decode_head.convs.0.conv.weight</c>,
    /// <c>main.classifier.weight</c> is <c>decode_head.conv_seg.weight</c>.
    /// </summary>
    public static string OfHead(string name)
    {
        bool main = name.StartsWith(Main, StringComparison.Ordinal);
        string layer = main ? name[Main.Length..] : name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];
        bool neck = layer.StartsWith(FpnHead.Neck, StringComparison.Ordinal);
        layer = layer.Replace('/', '.').Replace("classifier.", "conv_seg.", StringComparison.Ordinal);
        layer = Numbered().Replace(layer, match => string.Create(
            CultureInfo.InvariantCulture, $"convs.{int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) - 1}.{match.Groups["layer"].Value}."));
        return (neck ? "" : main ? "decode_head." : "auxiliary_head.") + layer;
    }

    [GeneratedRegex(@"^(?<layer>conv|bn)(?<number>\d+)\.", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbered();
}
