using DenseCL.Weights;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.Onnx;

namespace DenseCL.Transfer.Segmentation.Models;

/// <summary>The settings of an exported model.</summary>
public sealed record ModelExportOptions
{
    /// <summary>
    /// The first operator set that has an antialiased Resize; it has been in ONNX Runtime since 1.14 (2023).
    /// </summary>
    public const int UsualOperatorSet = 18;

    private const int FirstWithShapeOfSome = 15;

    /// <summary>Its format: safetensors, PyTorch (with mmsegmentation's names) or ONNX.</summary>
    public WeightFormat Format { get; init; }

    /// <summary>ONNX: whether the output is the class of each pixel instead of the logits.</summary>
    public bool Argmax { get; init; }

    /// <summary>ONNX: whether the network takes RGB in 0 … 1 and normalises it itself.</summary>
    public bool Normalise { get; init; }

    /// <summary>ONNX: the operator set, 15 to 22; at least 18 for a model that resizes its images.</summary>
    public int OperatorSet { get; init; } = UsualOperatorSet;

    /// <summary>Checks that the options can be combined and fit a model.</summary>
    /// <param name="model">The protocol of the model.</param>
    /// <exception cref="WeightFileException">They do not; the message says which.</exception>
    public void Validate(SegmentationOptions model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Refuse(
            Format is WeightFormat.Detectron2,
            "--format detectron2 has no such network: choose onnx, pytorch or safetensors for a segmentation model.");
        Refuse((Argmax || Normalise) && Format is not WeightFormat.Onnx, $"--{(Argmax ? "argmax" : "normalise")} is for --format onnx.");
        int first = model.ShortSide is null ? FirstWithShapeOfSome : UsualOperatorSet;
        Refuse(
            Format is WeightFormat.Onnx && (OperatorSet < first || OperatorSet > OnnxModel.NewestOperatorSet),
            FormattableString.Invariant($"--opset is {OperatorSet}: choose {first} to {OnnxModel.NewestOperatorSet}")
            + (model.ShortSide is null ? "." : ". This model resizes its images (shortSide), and older sets have no Resize that averages."));

        static void Refuse(bool wrong, string why)
        {
            if (wrong)
            {
                throw new WeightFileException(why);
            }
        }
    }
}
