using DenseCL.Models.Backbones.MobileNets;
using DenseCL.Models.Backbones.ResNets;
using DenseCL.Recipes;

namespace DenseCL.Models.Backbones;

/// <summary>
/// The backbones that can be trained, evaluated, read and written. To add one, add a member to <see cref="BackboneKind"/>, an entry here
/// and a folder beside this file.
/// </summary>
public static class BackboneCatalogue
{
    /// <summary>One entry for each <see cref="BackboneKind"/>, in their order.</summary>
    public static IReadOnlyList<BackboneEntry> All { get; } =
    [
        ResNet.EntryOf(BackboneKind.Resnet18, bottleneck: false, 2, 2, 2, 2),
        ResNet.EntryOf(BackboneKind.Resnet34, bottleneck: false, 3, 4, 6, 3),
        ResNet.EntryOf(BackboneKind.Resnet50, bottleneck: true, 3, 4, 6, 3),
        ResNet.EntryOf(BackboneKind.Resnet101, bottleneck: true, 3, 4, 23, 3),
        ResNet.EntryOf(BackboneKind.Resnet152, bottleneck: true, 3, 8, 36, 3),
        MobileNetV3.LargeEntry,
    ];

    /// <summary>All names, as a sentence lists them: "resnet18, resnet34 or resnet50".</summary>
    public static string Names { get; } = $"{string.Join(", ", All.SkipLast(1).Select(entry => entry.Name))} or {All[^1].Name}";

    /// <summary>The entry of a backbone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such backbone.</exception>
    public static BackboneEntry Of(BackboneKind kind) =>
        All.FirstOrDefault(entry => entry.Kind == kind)
        ?? throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such backbone.");

    /// <summary>The entry with a name, in upper or lower case; null if there is none.</summary>
    public static BackboneEntry? Named(string name) =>
        All.FirstOrDefault(entry => string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase));
}
