using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.Onnx;

namespace DenseCL.Weights;

/// <summary>The settings of an exported file.</summary>
public sealed record ExportOptions
{
    /// <summary>Its format.</summary>
    public WeightFormat Format { get; init; }

    /// <summary>The naming of its tensors; other than torchvision's only for <see cref="WeightFormat.PyTorch"/>.</summary>
    public WeightNaming Naming { get; init; }

    /// <summary>Whether heads, key encoder and queues are exported too, if the source has them and the naming has names for them.</summary>
    public bool Heads { get; init; }

    /// <summary>ONNX: which feature maps are the outputs.</summary>
    public OnnxStages Stages { get; init; }

    /// <summary>ONNX: whether the network takes RGB in 0 … 1 and normalises it itself.</summary>
    public bool Normalise { get; init; }

    /// <summary>ONNX: the operator set, 13 to 22.</summary>
    public int OperatorSet { get; init; } = OnnxModel.UsualOperatorSet;

    /// <summary>Checks that the options can be combined.</summary>
    /// <exception cref="WeightFileException">They cannot; the message says which.</exception>
    public void Validate()
    {
        Refuse(
            Naming != WeightNaming.Torchvision && Format != WeightFormat.PyTorch,
            $"--naming {Naming.ToString().ToLowerInvariant()} is for --format pytorch; a file of {Format} has its own names.");
        Refuse(
            Heads && Format is WeightFormat.Onnx or WeightFormat.Detectron2,
            $"--heads: a file of {Format} holds the backbone alone. Choose safetensors or pytorch, or leave --heads out.");
        Refuse(
            Stages != OnnxStages.Last && Format != WeightFormat.Onnx,
            "--stages is for --format onnx: other formats contain only weights, from which every stage can be computed.");
        Refuse(
            Normalise && Format != WeightFormat.Onnx,
            "--normalise is for --format onnx: other formats contain only weights, not the normalisation.");

        OnnxModel.CheckOperatorSet(OperatorSet);

        static void Refuse(bool wrong, string why)
        {
            if (wrong)
            {
                throw new WeightFileException(why);
            }
        }
    }
}
