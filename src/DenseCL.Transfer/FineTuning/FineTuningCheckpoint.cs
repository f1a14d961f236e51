using System.Globalization;
using DenseCL.Recipes;
using DenseCL.Training;
using DenseCL.Transfer.Segmentation.Training;
using DenseCL.Weights;
using DenseCL.Weights.Formats.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.FineTuning;

/// <summary>
/// Everything that a fine-tuning needs to continue as if it had never stopped: the network, the momentum, the step, the best measurement so
/// far. Random numbers are keyed by the step, so no generator state has to be saved.
/// </summary>
internal static class FineTuningCheckpoint
{
    private const string Format = "densecl-finetune-1";

    /// <summary>Writes a checkpoint, completely or not at all.</summary>
    /// <exception cref="WeightFileException">The file cannot be written.</exception>
    public static void Save(string path, SegmentationTrainer trainer, BestState best, FineTuningStart start)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, string> metadata = new(trainer.Notes, StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["best"] = best.ToString(),
            ["data"] = start.Data,
            ["network"] = start.Network.ToString(),
            ["mean"] = start.Mean,
            ["std"] = start.Std,
            ["depth"] = start.Depth,
        };
        SafetensorsWriter.Write(path, trainer.State, metadata);
    }

    /// <summary>The network that the checkpoint belongs to, without its tensors.</summary>
    /// <exception cref="TrainingException">The file cannot be read.</exception>
    public static FineTuningStart Look(string path) => Read(path, file => FineTuningStart.Of(file.Metadata));

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainer">Receives the state; if the file is damaged, it may be changed in part.</param>
    /// <returns>The best measurement until then.</returns>
    /// <exception cref="TrainingException">The file cannot be read.</exception>
    public static BestState Load(string path, SegmentationTrainer trainer) => Read(path, file =>
    {
        using IDisposable noGrad = no_grad();
        foreach ((string name, Tensor tensor) in trainer.State)
        {
            using DisposeScope scope = NewDisposeScope();
            tensor.copy_(file.Tensor(name));
        }

        trainer.Restore(file.Metadata);
        return BestState.Parse(file.Metadata["best"]);
    });

    /// <summary>Bytes of a checkpoint, without its header.</summary>
    public static long Size(SegmentationTrainer trainer) => trainer.State.Sum(entry => entry.Value.numel() * entry.Value.element_size());

    private static T Read<T>(string path, Func<SafetensorsFile, T> read)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path, verify: true);
            return file.Metadata.GetValueOrDefault("format") == Format
                ? read(file)
                : throw new FormatException($"its format is '{file.Metadata.GetValueOrDefault("format")}', not '{Format}'");
        }
        catch (Exception e)
            when (e is WeightFileException or IOException or UnauthorizedAccessException or KeyNotFoundException or FormatException
                or OverflowException or RecipeException)
        {
            throw new TrainingException(string.Create(CultureInfo.InvariantCulture, $"The checkpoint {path} cannot be read: {e.Message}"), e);
        }
    }
}
