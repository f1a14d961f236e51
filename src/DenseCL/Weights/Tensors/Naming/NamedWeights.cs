using System.Globalization;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using static TorchSharp.torch;

namespace DenseCL.Weights.Tensors.Naming;

/// <summary>
/// Finds the parts of this library's networks in a file of any program. The caller need not know the naming. If the first and a later
/// convolution of a network in the catalogue have the same prefix, there is a backbone; the other names show which program wrote the file.
/// </summary>
public sealed class NamedWeights
{
    private static readonly string[] Averages = ["ema", "momentum", "teacher", "target", "_k.", "key."];

    private readonly Ecosystem ecosystem;
    private readonly BackboneNames layers;
    private readonly string root;

    private NamedWeights(WeightFile file, Ecosystem ecosystem, BackboneNames layers, string root) =>
        (File, this.ecosystem, this.layers, this.root) = (file, ecosystem, layers, root);

    /// <summary>The file.</summary>
    public WeightFile File { get; }

    /// <summary>The program with this naming, and the prefix, for display: <c>MoCo (state_dict.module.encoder_q.…)</c>.</summary>
    public string Convention => BackbonePrefix.Length == 0 ? ecosystem.Title : $"{ecosystem.Title} ({BackbonePrefix}…)";

    /// <summary>The prefix of the backbone's tensors in the file.</summary>
    public string BackbonePrefix => root + ecosystem.Backbone;

    /// <summary>Finds the backbone in a file, and the naming that explains most of the other tensors.</summary>
    /// <param name="file">The file; it must stay open while this object is used, and the caller closes it.</param>
    /// <exception cref="WeightFileException">The file contains no network of the catalogue.</exception>
    public static NamedWeights Find(WeightFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        NamedWeights[] found = [.. Candidates(file)];
        HashSet<string> keyBackbones = [.. found.Select(c => c.ecosystem.Prefix(Part.KeyBackbone) is { } key ? c.root + key : null).OfType<string>()];
        NamedWeights? best = found
            .OrderBy(c => keyBackbones.Contains(c.BackbonePrefix))
            .ThenBy(c => Averages.Any(word => c.BackbonePrefix.Contains(word, StringComparison.OrdinalIgnoreCase)))
            .ThenByDescending(c => c.Others)
            .ThenBy(c => c.BackbonePrefix.Length)
            .FirstOrDefault();
        return best
            ?? throw new WeightFileException(
                $"{file.Path}: contains no known backbone: none of its {file.Keys.Count} tensors is a first convolution "
                + $"beside {string.Join(" or ", Kinds.Select(kind => WeightNames.Quote(kind.Later)))}, or what others call it. "
                    + $"It has {string.Join(", ", file.Keys.Take(3).Select(WeightNames.Quote))}{(file.Keys.Count > 3 ? ", …" : "")}");
    }

    /// <summary>The file's name for one of this library's tensors; null if the file does not have it.</summary>
    /// <param name="ours">A name as in this library's checkpoints: <c>query.backbone.conv1.weight</c>, <c>key.denseHead.layers.0.bias</c>,
    /// <c>globalQueue</c>.</param>
    public string? Source(string ours) =>
        ecosystem.NameOf(ours, layers) is { } theirs && File.Contains(root + theirs) ? root + theirs : null;

    /// <summary>
    /// The name that one of this library's tensors would have in the file, for messages; null if files of this kind do not have it.
    /// </summary>
    internal string? Expected(string ours) => ecosystem.NameOf(ours, layers) is { } theirs ? root + theirs : null;

    /// <summary>Which network the backbone is, by its blocks.</summary>
    /// <exception cref="WeightFileException">This library does not build such a network.</exception>
    public BackboneKind Architecture
    {
        get
        {
            string blocks = layers.Blocks(Has);
            return BackboneCatalogue.All.FirstOrDefault(entry => entry.Names == layers && entry.Blocks == blocks)?.Kind
                ?? throw new WeightFileException($"{File.Path}: its {blocks}, which is {layers.Unknown}.");

            bool Has(string name) => Source(Part.Backbone + name) is not null;
        }
    }

    /// <summary>Channels of an image, the inputs of the first convolution.</summary>
    /// <exception cref="WeightFileException">This library takes no images of so many.</exception>
    public int Channels
    {
        get
        {
            string first = Source(Part.Backbone + layers.First)!;
            if (File[first].Shape is not [_, var channels, _, _]) return DataOptions.Rgb;      // the loading says what is wrong

            return channels is >= 1 and <= DataOptions.MostChannels
                ? (int)channels
                : throw new WeightFileException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{File.Path}: {WeightNames.Quote(first)} takes images of {channels} channels; 1 to {DataOptions.MostChannels} are possible."));
        }
    }

    /// <summary>This library's name for the weight of the first convolution.</summary>
    internal string First => layers.First;

    /// <summary>Whether queues have one key per column, as in all programs except this one.</summary>
    internal bool KeysAreColumns => ecosystem.Prefix(Part.GlobalQueue) != Part.GlobalQueue;

    /// <summary>The entry of a queue that is written next, which is the oldest.</summary>
    /// <param name="queue">The file's name for the queue.</param>
    internal long QueuePosition(string queue)
    {
        if (long.TryParse(File.Metadata.GetValueOrDefault("enqueued"), NumberStyles.None, CultureInfo.InvariantCulture, out long enqueued))
        {
            return enqueued;
        }

        if (!File.Contains(queue + "_ptr") || File[queue + "_ptr"] is not { Count: 1, Type: WeightType.I64 })
        {
            return 0;
        }

        using Tensor position = File.Tensor(queue + "_ptr");
        return Math.Max(position.item<long>(), 0);
    }

    private static IEnumerable<BackboneNames> Kinds => BackboneCatalogue.All.Select(entry => entry.Names).Distinct();

    private int Others => Part.Others.Count(name => Source(name) is not null);

    private static IEnumerable<NamedWeights> Candidates(WeightFile file)
    {
        foreach (
            (BackboneNames layers, LayerNaming naming) in Kinds.SelectMany(
                _ => Ecosystem.All.Select(e => e.Layers).Distinct(),
                (kind, naming) => (kind, naming)))
        {
            if ((layers.Of(naming, layers.First), layers.Of(naming, layers.Later)) is not ({ } first, { } later))
            {
                continue;
            }

            foreach (string key in file.Keys)
            {
                string prefix = key.EndsWith(first, StringComparison.Ordinal) ? key[..^first.Length] : "none";
                if ((prefix.Length > 0 && prefix[^1] != '.') || !file.Contains(prefix + later))
                {
                    continue;
                }

                // The naming that explains most; among equals, one that has this network, then the one with the longest prefix.
                yield return Ecosystem
                    .All.Where(e =>
                        e.Layers == naming
                        && (prefix == e.Backbone || prefix.EndsWith('.' + e.Backbone, StringComparison.Ordinal) || e.Backbone.Length == 0))
                    .Select(e => new NamedWeights(file, e, layers, prefix[..^e.Backbone.Length]))
                    .OrderByDescending(c => c.Others)
                    .ThenBy(c => c.ecosystem.SharedOnly && !layers.Shared)
                    .ThenByDescending(c => c.ecosystem.Backbone.Length)
                    .ThenBy(c => c.ecosystem.Parts.Length)      // if there is only a backbone, the simplest
                    .First();
            }
        }
    }
}
