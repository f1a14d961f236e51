using System.Globalization;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using static TorchSharp.torch;

namespace DenseCL.Weights.Tensors.Naming;

/// <summary>
/// Where the parts of our networks lie in a file of any ecosystem. Nobody says by which names: wherever the first and a later convolution
/// of a network of the catalogue stand under one prefix there is a backbone, and what stands beside it tells who wrote the file.
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

    /// <summary>Who names tensors so, and before what, to be said aloud: <c>MoCo (state_dict.module.encoder_q.…)</c>.</summary>
    public string Convention => BackbonePrefix.Length == 0 ? ecosystem.Title : $"{ecosystem.Title} ({BackbonePrefix}…)";

    /// <summary>What the names of the backbone's tensors begin with in the file.</summary>
    public string BackbonePrefix => root + ecosystem.Backbone;

    /// <summary>Finds the backbone in a file and the naming that explains most of what else is in it.</summary>
    /// <param name="file">The file; it stays open for as long as this is used, and the caller closes it.</param>
    /// <exception cref="WeightFileException">There is no network of the catalogue in it.</exception>
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
                $"{file.Path}: holds no backbone that is known here: none of its {file.Keys.Count} tensors is a first convolution beside {string.Join(" or ", Kinds.Select(kind => WeightNames.Quote(kind.Later)))}, or what others call it. "
                    + $"It has {string.Join(", ", file.Keys.Take(3).Select(WeightNames.Quote))}{(file.Keys.Count > 3 ? ", …" : "")}");
    }

    /// <summary>The file's name for a tensor of ours; null if it has none.</summary>
    /// <param name="ours">As in our checkpoints: <c>query.backbone.conv1.weight</c>, <c>key.denseHead.layers.0.bias</c>,
    /// <c>globalQueue</c>.</param>
    public string? Source(string ours) =>
        ecosystem.NameOf(ours, layers) is { } theirs && File.Contains(root + theirs) ? root + theirs : null;

    /// <summary>The name that a tensor of ours would have in the file, for messages; null if files of this kind do not have it.</summary>
    internal string? Expected(string ours) => ecosystem.NameOf(ours, layers) is { } theirs ? root + theirs : null;

    /// <summary>Which network the backbone is, by its blocks.</summary>
    /// <exception cref="WeightFileException">It is none that this library builds.</exception>
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

    /// <summary>Whether queues have a key a column, as everywhere but here.</summary>
    internal bool KeysAreColumns => ecosystem.Prefix(Part.GlobalQueue) != Part.GlobalQueue;

    /// <summary>Which entry of a queue is written next, and so the oldest.</summary>
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

                // The one that explains most; of those that explain as much, one that has this network, and that says most of the prefix.
                yield return Ecosystem
                    .All.Where(e =>
                        e.Layers == naming
                        && (prefix == e.Backbone || prefix.EndsWith('.' + e.Backbone, StringComparison.Ordinal) || e.Backbone.Length == 0))
                    .Select(e => new NamedWeights(file, e, layers, prefix[..^e.Backbone.Length]))
                    .OrderByDescending(c => c.Others)
                    .ThenBy(c => c.ecosystem.SharedOnly && !layers.Shared)
                    .ThenByDescending(c => c.ecosystem.Backbone.Length)
                    .ThenBy(c => c.ecosystem.Parts.Length)      // with nothing beside the backbone, the plainest
                    .First();
            }
        }
    }
}
