using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>A backbone, perhaps with a finer output stride, and the heads on it. The heads are uninitialised.</summary>
internal sealed class SegmentationNetwork : IDisposable
{
    /// <param name="backbone">Disposed together with this object.</param>
    /// <param name="options">The kind of the head and its size.</param>
    /// <param name="classes">K</param>
    public SegmentationNetwork(Backbone backbone, SegmentationOptions options, int classes)
    {
        using DisposeScope scope = NewDisposeScope();
        (Backbone, Heads) = (backbone, new SegmentationHeads(backbone, options, classes));
    }

    public Backbone Backbone { get; }

    public SegmentationHeads Heads { get; }

    /// <summary>K</summary>
    public int Classes => Heads.Main.Classes;

    /// <summary>Every tensor, with the name that mmsegmentation gives it: <c>backbone.…</c>, <c>decode_head.…</c>.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        Backbone.state_dict().Select(entry => KeyValuePair.Create(SegmentationNames.Backbone + entry.Key, entry.Value))
            .Concat(Heads.state_dict().Select(entry => KeyValuePair.Create(SegmentationNames.OfHead(entry.Key), entry.Value)));

    /// <summary>Moves all to a device.</summary>
    public void To(Device device)
    {
        Backbone.to(device);
        Heads.to(device);
    }

    /// <summary>The logits of images, with the running batch-norm statistics: (N, channels, H, W) → (N, K, h, w) float32.</summary>
    public Tensor Logits(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Heads.eval();
        Backbone.eval();
        Activation[] maps = Heads.Main.ReadsAllStages
            ? [.. Backbone.Stages(images).Select(map => new Activation(map))]
            : [new Activation(Backbone.forward(images))];
        Tensor logits = Heads.Main.forward(maps, tape: null, kept: null).Value;
        return logits.to_type(ScalarType.Float32).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Adds the operators of <see cref="Logits"/> to a graph. Its tensors have the names of <see cref="State"/>.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="images">The value that the network reads.</param>
    /// <returns>The value of the logits.</returns>
    public string Describe(NetworkGraph graph, string images)
    {
        NetworkGraph own = new();
        string[] maps = [.. Enumerable.Range(1, Backbone.StageChannels.Count).Select(stage => FormattableString.Invariant($"stage{stage}"))];
        Backbone.Describe(own, images, maps);
        HashSet<string> weights = [.. Backbone.state_dict().Keys];
        graph.AddAll(own, input => weights.Contains(input) ? SegmentationNames.Backbone + input : input);
        NetworkGraph head = new();
        string logits = Heads.Main.Describe(head, SegmentationNames.Main, maps);
        HashSet<string> parameters = [.. Heads.state_dict().Keys];
        graph.AddAll(head, input => parameters.Contains(input) ? SegmentationNames.OfHead(input) : input);
        return logits;
    }

    public void Dispose()
    {
        Heads.Dispose();
        Backbone.Dispose();
    }
}
