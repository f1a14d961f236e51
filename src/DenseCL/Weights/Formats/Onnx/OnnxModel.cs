using DenseCL.Weights.Formats.Safetensors;
using Onnx;

namespace DenseCL.Weights.Formats.Onnx;

/// <summary>A model without its graph: what it says of itself.</summary>
internal static class OnnxModel
{
    /// <summary>Operators of 2020, which every runtime supports by now.</summary>
    public const int UsualOperatorSet = 13;

    /// <summary>The newest set whose operators are used here as they are in the older ones.</summary>
    public const int NewestOperatorSet = 22;

    /// <summary>Checks that files can be written with an operator set.</summary>
    /// <exception cref="WeightFileException">It is too old or too new.</exception>
    public static void CheckOperatorSet(int operatorSet)
    {
        if (operatorSet is < UsualOperatorSet or > NewestOperatorSet)
        {
            throw new WeightFileException(FormattableString.Invariant(
                $"--opset is {operatorSet}, but must be at least {UsualOperatorSet} and at most {NewestOperatorSet}."));
        }
    }

    /// <summary>Makes the model.</summary>
    /// <param name="words">What it is.</param>
    /// <param name="operatorSet">ONNX's operator set.</param>
    /// <param name="notes">Its metadata. The <c>format</c> and the checksum of safetensors are left out.</param>
    public static ModelProto Of(string words, int operatorSet, IEnumerable<KeyValuePair<string, string>> notes)
    {
        ModelProto model = new()
        {
            IrVersion = operatorSet switch { <= 14 => 7, <= 18 => 8, <= 20 => 9, _ => 10 },      // as onnx.helper has them
            ProducerName = "DenseCL for .NET",
            ProducerVersion = typeof(OnnxModel).Assembly.GetName().Version!.ToString(3),
            DocString = words,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = operatorSet });
        foreach ((string key, string value) in notes)
        {
            if (key is not ("format" or SafetensorsFile.ChecksumKey))
            {
                model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
            }
        }

        return model;
    }
}
