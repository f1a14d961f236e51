using System.Globalization;
using DenseCL.Compute;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Weights.Tensors.Naming;

/// <summary>Copies tensors from a file and records what was done with each.</summary>
internal sealed class WeightLoading(NamedWeights weights)
{
    private readonly List<LoadedTensor> lines = [];
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    public List<string> Notes { get; } = [];

    /// <summary>Copies the file's tensors into those of a module. The part is given by its name in this library's checkpoints.</summary>
    /// <returns>Whether every tensor that counts was in the file with a shape that fits.</returns>
    public bool Load(string part, IReadOnlyDictionary<string, Tensor> state)
    {
        int before = lines.Count;
        using IDisposable noGrad = no_grad();
        foreach ((string name, Tensor tensor) in state)
        {
            lines.AddRange(Copy(part + name, name, tensor) is { } line ? [line] : []);
        }

        return lines.Skip(before).All(line => line.Fate is TensorFate.Matched or TensorFate.Reshaped);
    }

    /// <summary>
    /// Starts the first convolution of a network of other channels from that of RGB: every channel gets the mean of the three, in the
    /// strength that keeps their sum. An image whose channels are all equal then gives what it gave. (Carreira and Zisserman, 2017, repeat
    /// and divide weights in this way along time; Wightman's timm does it with channels.)
    /// </summary>
    /// <param name="part">The part that the network is.</param>
    /// <param name="state">Its tensors.</param>
    /// <returns>Those that are still to be loaded.</returns>
    public IReadOnlyDictionary<string, Tensor> LoadFirstFromRgb(string part, IReadOnlyDictionary<string, Tensor> state)
    {
        Tensor here = state[weights.First];
        if (weights.Source(part + weights.First) is not { } source) return state;

        ReadOnlySpan<long> shape = weights.File[source].Shape;
        long channels = here.shape[1];
        bool widens = channels != DataOptions.Rgb && shape is [_, DataOptions.Rgb, _, _]
            && shape[0] == here.shape[0] && shape[2..].SequenceEqual(here.shape.AsSpan()[2..]);
        if (!widens) return state;

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        here.copy_(Finite(source).to_type(ScalarType.Float32).sum([1], keepdim: true).Over(channels));
        used.Add(source);
        lines.Add(new LoadedTensor(TensorFate.Reshaped, weights.First, source, Shapes(shape, here)));
        Notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{source} is of red, green and blue: each of the {channels} channels starts with their mean, times 3/{channels}."));
        return state.Where(entry => entry.Key != weights.First).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>Whether the file has all of these, in shapes that fit.</summary>
    public bool Offers(string part, IReadOnlyDictionary<string, Tensor> state) =>
        state.All(entry =>
            IsCounter(entry.Key)
            || (weights.Source(part + entry.Key) is { } source && Arrange(weights.File[source].Shape, entry.Value.shape) is not null));

    /// <summary>Fills a queue with the file's, if it has the same size.</summary>
    /// <param name="part">The queue.</param>
    /// <param name="keys">(K, D), is filled; the oldest key comes first.</param>
    /// <returns>Whether the file has such a queue.</returns>
    public bool LoadQueue(string part, Tensor keys)
    {
        if (weights.Source(part) is not { } source)
        {
            return false;
        }

        bool columns = weights.KeysAreColumns;
        long[] shape = [.. weights.File[source].Shape];
        if (!shape.SequenceEqual(columns ? keys.shape.Reverse() : keys.shape))
        {
            Notes.Add(
                $"{source} is of shape ({string.Join(", ", shape)}) and is not taken: "
                + $"here the queue has {keys.shape[0]} keys of {keys.shape[1]} numbers."
            );
            return false;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        keys.copy_(Rows(source));
        used.Add(source);
        lines.Add(
            new LoadedTensor(
                columns ? TensorFate.Reshaped : TensorFate.Matched,
                part,
                source,
                columns ? "a key a row instead of a column" : ""));
        return true;
    }

    /// <summary>
    /// Reads everything of the method except the query encoder's backbone: heads, key encoder and queues, under this library's names.
    /// Queues have one key per row, the oldest first.
    /// </summary>
    public IEnumerable<(string Ours, Tensor Tensor)> Read()
    {
        string[] key = [.. lines.Where(line => line.Source is not null).Select(line => Part.KeyBackbone + line.Name)];
        foreach (string ours in Part.Others.Concat(key))
        {
            if (weights.Source(ours) is not { } source)
            {
                continue;
            }

            used.Add(source);
            lines.Add(new LoadedTensor(TensorFate.Matched, ours, source, ""));
            yield return (ours, ours is Part.GlobalQueue or Part.DenseQueue ? Rows(source) : Finite(source));
        }
    }

    /// <summary>The report, including the tensors that were not used.</summary>
    public LoadReport Report()
    {
        IEnumerable<LoadedTensor> unexpected = weights
            .File.Keys.Where(key => !used.Contains(key))
            .Select(key => new LoadedTensor(TensorFate.Unexpected, key, key, ""));
        return new LoadReport(weights.File.Path, weights.Convention, [.. lines, .. unexpected], Notes);
    }

    /// <summary>Reads a tensor, which must have no NaN and no infinity: a network with one computes nothing else.</summary>
    private Tensor Finite(string source)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tensor = weights.File.Tensor(source);
        if (tensor.is_floating_point() && !tensor.isfinite().all().item<bool>())
        {
            long bad = tensor.isfinite().logical_not().sum().item<long>();
            throw new WeightFileException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{weights.File.Path}: {WeightNames.Quote(source)} has {bad:N0} of {tensor.numel():N0} numbers that are NaN or infinite. "
                    + $"The training that wrote it had failed by then: choose an earlier file."));
        }

        return tensor.MoveToOuterDisposeScope();
    }

    private Tensor Rows(string source)
    {
        used.Add(source + "_ptr");
        using DisposeScope scope = NewDisposeScope();
        Tensor found = Finite(source);
        Tensor rows = weights.KeysAreColumns ? found.t() : found;
        return rows.roll([-(weights.QueuePosition(source) % Math.Max(rows.shape[0], 1))], [0]).MoveToOuterDisposeScope();
    }

    // A counter that no computation here uses; half of the formats leave it out.
    private static bool IsCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    private LoadedTensor? Copy(string ours, string name, Tensor tensor)
    {
        if (weights.Source(ours) is not { } source)
        {
            return IsCounter(name) ? null : new LoadedTensor(TensorFate.Missing, name, null, $"looked for {weights.Expected(ours)}");
        }

        used.Add(source);
        ReadOnlySpan<long> shape = weights.File[source].Shape;
        string shapes = Shapes(shape, tensor);
        if (Arrange(shape, tensor.shape) is not { } arrange)
        {
            return new LoadedTensor(TensorFate.OtherShape, name, source, shapes);
        }

        using DisposeScope scope = NewDisposeScope();
        bool same = shape.SequenceEqual(tensor.shape);
        tensor.copy_(arrange(Finite(source)));
        return new LoadedTensor(same ? TensorFate.Matched : TensorFate.Reshaped, name, source, same ? "" : shapes);
    }

    private static string Shapes(ReadOnlySpan<long> file, Tensor here) =>
        $"({string.Join(", ", file.ToArray())}) in the file, ({string.Join(", ", here.shape)}) here";

    // (out, in) equals (out, in, 1, 1); any other difference means another network.
    private static Func<Tensor, Tensor>? Arrange(ReadOnlySpan<long> file, long[] here)
    {
        if (!Bare(file).SequenceEqual(Bare(here)))
        {
            return null;
        }

        return tensor => tensor.view(here);

        static ReadOnlySpan<long> Bare(ReadOnlySpan<long> shape)
        {
            while (shape is [.., 1])
            {
                shape = shape[..^1];
            }

            return shape;
        }
    }
}
