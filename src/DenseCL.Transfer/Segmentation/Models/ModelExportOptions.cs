using DenseCL.Weights;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.Onnx;

namespace DenseCL.Transfer.Segmentation.Models;

/// <summary>The settings of an exported model.</summary>
public sealed record ModelExportOptions
{
    /// <summary>Its format: safetensors, PyTorch (with mmsegmentation's names) or ONNX.</summary>
    public WeightFormat Format { get; init; }

    /// <summary>ONNX: whether the output is the class of each pixel instead of the logits.</summary>
    public bool Argmax { get; init; }

    /// <summary>ONNX: whether the network takes RGB in 0 … 1 and normalises it itself.</summary>
    public bool Normalise { get; init; }

    /// <summary>ONNX: the operator set, 13 to 22.</summary>
    public int OperatorSet { get; init; } = OnnxModel.UsualOperatorSet;

    /// <summary>Checks that the options can be combined.</summary>
    /// <exception cref="WeightFileException">They cannot; the message says which.</exception>
    public void Validate()
    {
        Refuse(
            Format is WeightFormat.Detectron2,
            "--format detectron2 has no such network: choose onnx, pytorch or safetensors for a segmentation model.");
        Refuse((Argmax || Normalise) && Format is not WeightFormat.Onnx, $"--{(Argmax ? "argmax" : "normalise")} is for --format onnx.");
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
