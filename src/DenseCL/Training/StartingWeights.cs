using DenseCL.Method;
using DenseCL.Weights;
using DenseCL.Weights.Tensors.Naming;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Training;

/// <summary>Starts a run from published or earlier weights: the backbone, and other parts of the method that the file contains.</summary>
internal static class StartingWeights
{
    /// <summary>Loads a file into a freshly built method.</summary>
    /// <param name="path">A weight file, or a run folder, from which the last checkpoint with heads and queues is used.</param>
    /// <param name="method">The method; a head, key encoder or queue that the file lacks stays as it was initialised.</param>
    /// <param name="partial">Whether the backbone may be incomplete.</param>
    /// <exception cref="WeightFileException">The file cannot be read, or its backbone does not fit.</exception>
    public static LoadReport Load(string path, DenseContrast method, bool partial)
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightFile file = BackboneFile.Open(path, whole: true);
        NamedWeights weights = NamedWeights.Find(file);
        WeightLoading loading = new(weights);
        BackboneFile.LoadBackbone(loading, weights, method.QueryEncoder.Backbone, partial, fromRgb: true);

        Dictionary<string, Tensor> queryState = method.QueryEncoder.state_dict(), keyState = method.KeyEncoder.state_dict();
        List<string> heads = [];
        foreach ((string head, string title) in new[] { ("globalHead.", "global head"), ("denseHead.", "dense head") })
        {
            Dictionary<string, Tensor> state = Those(queryState, head);
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

        // The key encoder is a past state of the query encoder. It is loaded if the file has all of it; otherwise it starts as a copy.
        Dictionary<string, Tensor>[] past = [Those(keyState, "backbone."), .. heads.Select(head => Those(keyState, head))];
        method.KeyEncoder.load_state_dict(method.QueryEncoder.state_dict());
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
        if (Those(queryState, "denseHead.").Count == 0 || heads.Contains("denseHead."))
        {
            LoadQueue(Part.DenseQueue, method.DenseQueue);      // keys of another head are useless for this one
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
