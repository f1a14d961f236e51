namespace DenseCL.Weights.Formats;

/// <summary>The kinds of weight files.</summary>
public enum WeightFormat
{
    /// <summary>Hugging Face's safetensors: a header in JSON and the bytes of the tensors; no code.</summary>
    Safetensors,

    /// <summary>
    /// The format of <c>torch.save</c> (<c>.pth</c>, <c>.pt</c>): a pickle and storages, in a zip or, before PyTorch 1.6, one after the
    /// other.
    /// </summary>
    PyTorch,

    /// <summary>Detectron2's model zoo (<c>.pkl</c>): a pickle with numpy arrays.</summary>
    Detectron2,

    /// <summary>A network for ONNX Runtime and others; its initialisers are the weights.</summary>
    Onnx,
}
