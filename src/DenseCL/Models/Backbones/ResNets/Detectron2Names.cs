using System.Globalization;
using System.Text.RegularExpressions;

namespace DenseCL.Models.Backbones.ResNets;

/// <summary>Converts the tensor names of a residual network between Detectron2 and torchvision.</summary>
/// <remarks>
/// In Detectron2 a batch norm is inside the convolution that it follows, the stem is the first of five stages, and batches are not counted
/// (<c>num_batches_tracked</c>).
/// </remarks>
internal static partial class Detectron2Names
{
    /// <summary>Detectron2's name.</summary>
    /// <param name="name">torchvision's name, without prefix, such as <c>layer1.0.bn1.weight</c>.</param>
    /// <returns>A name such as <c>res2.0.conv1.norm.weight</c>; null for what Detectron2's backbone does not have.</returns>
    public static string? FromTorchvision(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Torchvision().Match(name) is not { Success: true } match)
        {
            return null;
        }

        string layer = match.Groups["shortcut"].Success ? "shortcut" : "conv" + match.Groups["number"].Value;
        return Place(match, "stem.", "res", 1) + layer + (match.Groups["norm"].Success ? ".norm." : ".") + match.Groups["tensor"].Value;
    }

    /// <summary>torchvision's name.</summary>
    /// <param name="name">Detectron2's name, without a prefix such as <c>backbone.bottom_up.</c>.</param>
    /// <returns>A name such as <c>layer1.0.bn1.weight</c>; null for what torchvision's network does not have.</returns>
    public static string? ToTorchvision(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Detectron2().Match(name) is not { Success: true } match)
        {
            return null;
        }

        bool norm = match.Groups["norm"].Success;
        string layer = match.Groups["shortcut"].Success
            ? (norm ? "downsample.1" : "downsample.0")
            : (norm ? "bn" : "conv") + match.Groups["number"].Value;
        return Place(match, "", "layer", -1) + layer + "." + match.Groups["tensor"].Value;
    }

    /// <summary>The stem, or a block of a stage.</summary>
    private static string Place(Match match, string stem, string stage, int shift) => match.Groups["stage"].Success
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{stage}{int.Parse(match.Groups["stage"].ValueSpan, CultureInfo.InvariantCulture) + shift}.{match.Groups["block"].ValueSpan}.")
        : stem;

    [GeneratedRegex(
        """
        ^( (?=conv1|bn1) | layer(?<stage>[1-4])\.(?<block>[0-9]+)\. )
        ( (conv(?<number>[1-3]) | (?<shortcut>downsample)\.0)\.(?<tensor>weight)
        | ((?<norm>bn)(?<number>[1-3]) | (?<shortcut>downsample)(?<norm>\.1))\.(?<tensor>weight|bias|running_mean|running_var) )\z
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Torchvision();

    [GeneratedRegex(
        """
        ^( stem\.(?=conv1) | res(?<stage>[2-5])\.(?<block>[0-9]+)\. )
        (conv(?<number>[1-3]) | (?<shortcut>shortcut))
        ( \.(?<tensor>weight) | (?<norm>\.norm)\.(?<tensor>weight|bias|running_mean|running_var) )\z
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Detectron2();
}
