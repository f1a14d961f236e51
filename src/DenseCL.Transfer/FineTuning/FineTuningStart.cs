using System.IO.Hashing;
using System.Text;
using DenseCL.Recipes;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Labelled;
using DenseCL.Weights;

namespace DenseCL.Transfer.FineTuning;

/// <summary>What a fine-tuning began with; a resumed one must have the same.</summary>
/// <param name="Network">The backbone.</param>
/// <param name="Mean">Means of the images, as in metadata.</param>
/// <param name="Std">Standard deviations.</param>
/// <param name="Depth">Which values of more than 8 bits become black and white.</param>
/// <param name="Data">Changes with the images, the masks, and the classes.</param>
internal sealed record FineTuningStart(BackboneKind Network, string Mean, string Std, string Depth, string Data)
{
    /// <summary>What begins with a backbone.</summary>
    public static FineTuningStart Of(BackboneSource source, string data) => new(
        source.Architecture,
        BackboneMetadata.Numbers(source.Normalisation.Mean),
        BackboneMetadata.Numbers(source.Normalisation.Std),
        source.Normalisation.Depth.ToString(),
        data);

    /// <summary>Reads the notes of a checkpoint.</summary>
    /// <exception cref="KeyNotFoundException">One is missing.</exception>
    /// <exception cref="FormatException">One is none.</exception>
    public static FineTuningStart Of(IReadOnlyDictionary<string, string> notes) =>
        Enum.TryParse(notes["network"], out BackboneKind kind) && Enum.IsDefined(kind)
            ? new FineTuningStart(kind, notes["mean"], notes["std"], notes["depth"], notes["data"])
            : throw new FormatException($"There is no backbone '{notes["network"]}'.");

    /// <summary>How pixels become the network's input.</summary>
    /// <exception cref="WeightFileException">The notes cannot be read.</exception>
    public DataOptions Reading() => BackboneMetadata.Normalisation(
        new Dictionary<string, string>(StringComparer.Ordinal) { ["mean"] = Mean, ["std"] = Std, ["depth"] = Depth },
        Mean.Split(' ').Length);

    /// <summary>Identifies labelled images: 32 hexadecimal digits that change with a name, a size of a file, or a class.</summary>
    /// <param name="data">The images to learn from and to measure on.</param>
    /// <param name="validation">The images that are measured on during the training; null for none.</param>
    public static string FingerprintOf(SegmentationData data, SegmentationData? validation)
    {
        XxHash128 hash = new();
        Append(string.Join('\n', data.ClassNames.Prepend(data.Meaning)));
        foreach (SegmentationImage image in data.Train.Concat(validation?.Test ?? []))
        {
            Append(FormattableString.Invariant(
                $"{image.Name}\n{new FileInfo(image.ImagePath).Length} {new FileInfo(image.MaskPath).Length}"));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());

        void Append(string text) => hash.Append(Encoding.UTF8.GetBytes(text + "\n"));
    }
}
