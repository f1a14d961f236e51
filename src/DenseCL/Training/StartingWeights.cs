using DenseCL.Method;
using DenseCL.Weights;
using DenseCL.Weights.Tensors.Naming;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Training;

/// <summary>Starts a run from published or earlier weights: the backbone, and what else of the method the file holds.</summary>
internal static class StartingWeights
{
    /// <summary>Loads a file into a freshly built method.</summary>
    /// <param name="path">A weight file or a run folder; of the latter the last checkpoint, with heads and queues.</param>
    /// <param name="method">The method; a head, key encoder or queue that the file lacks stays as it was made.</param>
    /// <param name="partial">Whether the backbone may be incomplete.</param>
    /// <exception cref="WeightFileException">The file cannot be read, or its backbone does not fit.</exception>
    public static LoadReport Load(string path, DenseContrast method, bool partial)
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightFile file = BackboneFile.Open(path, whole: true);
        NamedWeights weights = NamedWeights.Find(file);
        WeightLoading loading = new(weights);
        BackboneFile.LoadBackbone(loading, weights, method.Query.Backbone, partial);

        Dictionary<string, Tensor> query = method.Query.state_dict(), key = method.Key.state_dict();
        List<string> heads = [];
        foreach ((string head, string title) in new[] { ("globalHead.", "global head"), ("denseHead.", "dense head") })
        {
            Dictionary<string, Tensor> state = Those(query, head);
            if (state.Count > 0 && loading.Offers("query.", state))
            {
                loading.Load("query.", state);
                heads.Add(head);
            }
            else if (state.Count > 0)
            {
                loading.Notes.Add($"The file has no {title} that fits: it starts from random weights.");
            }
        }

        // The key encoder is the query encoder's past: theirs if all of it is there, otherwise it starts equal.
        Dictionary<string, Tensor>[] past = [Those(key, "backbone."), .. heads.Select(head => Those(key, head))];
        method.Key.load_state_dict(method.Query.state_dict());
        if (past.All(state => loading.Offers("key.", state)))
        {
            foreach (Dictionary<string, Tensor> state in past)
            {
                loading.Load("key.", state);
            }
        }
        else
        {
            loading.Notes.Add("The file has no key encoder: it starts as a copy of the query encoder.");
        }

        LoadQueue(Part.GlobalQueue, method.GlobalQueue);
        if (Those(query, "denseHead.").Count == 0 || heads.Contains("denseHead."))
        {
            LoadQueue(Part.DenseQueue, method.DenseQueue);      // keys of another head are no keys of this one
        }

        return loading.Report();

        static Dictionary<string, Tensor> Those(Dictionary<string, Tensor> state, string part) =>
            state.Where(entry => entry.Key.StartsWith(part, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);

        void LoadQueue(string part, NegativeQueue? queue)
        {
            if (queue is not null && loading.LoadQueue(part, queue.Keys))
            {
                queue.Restore(queue.Capacity);
            }
        }
    }
}
