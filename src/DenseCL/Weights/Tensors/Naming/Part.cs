namespace DenseCL.Weights.Tensors.Naming;

/// <summary>The parts of contrastive pre-training, by the prefix of their tensors' names in this library's checkpoints.</summary>
internal static class Part
{
    public const string Backbone = "query.backbone.", GlobalHead = "query.globalHead.layers.", DenseHead = "query.denseHead.layers.";
    public const string KeyBackbone = "key.backbone.", KeyGlobalHead = "key.globalHead.layers.", KeyDenseHead = "key.denseHead.layers.";
    public const string GlobalQueue = "globalQueue", DenseQueue = "denseQueue";

    /// <summary>The two affine maps of a head.</summary>
    public static readonly string[] HeadTensors = ["0.weight", "0.bias", "2.weight", "2.bias"];

    /// <summary>All of this library's names outside the backbones.</summary>
    public static readonly string[] Others =
    [
        .. new[] { GlobalHead, DenseHead, KeyGlobalHead, KeyDenseHead }.SelectMany(head => HeadTensors.Select(tensor => head + tensor)),
        GlobalQueue, DenseQueue,
    ];
}
