using System.Globalization;
using DenseCL.Method;
using DenseCL.Recipes;
using DenseCL.Weights;
using DenseCL.Weights.Formats.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Training;

/// <summary>
/// Everything that a run needs to continue as if it had never stopped: both encoders with their batch-norm statistics, both queues, the
/// optimiser's velocity and the step. Random numbers are keyed by the step, so no generator state has to be saved.
/// </summary>
internal static class Checkpoint
{
    private const string Format = "densecl-checkpoint-2";

    /// <summary>Writes a checkpoint, completely or not at all.</summary>
    public static void Save(string path, TrainingStep training, long step, Recipe recipe, string dataFingerprint)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["step"] = step.ToString(CultureInfo.InvariantCulture),
            ["enqueued"] = training.Method.GlobalQueue.Enqueued.ToString(CultureInfo.InvariantCulture),
            ["data"] = dataFingerprint,
            ["recipe"] = recipe.ToString(),
        };
        SafetensorsWriter.Write(path, Tensors(training), metadata);
    }

    /// <summary>Reads a checkpoint into freshly built encoders and queues.</summary>
    /// <param name="path">The file.</param>
    /// <param name="training">Receives the state; if the file is damaged, it may be changed in part.</param>
    /// <param name="recipe">The recipe of the run.</param>
    /// <param name="dataFingerprint">The fingerprint of its images.</param>
    /// <param name="damage">Why the file cannot be read; null if it can.</param>
    /// <returns>The steps done, and the epochs that the run had then: the recipe may have more; zeros if the file is damaged.</returns>
    /// <exception cref="TrainingException">The checkpoint belongs to another recipe or to other images.</exception>
    public static (long Step, int Epochs) Load(string path, TrainingStep training, Recipe recipe, string dataFingerprint, out string? damage) =>
        Read(path, verify: true, out damage, file =>
        {
            Recipe saved = RecipeReader.Parse(file.Metadata["recipe"], path);
            if (WhyAnotherRun(path, file, saved, recipe, dataFingerprint, mayGrow: true) is { } reason)
            {
                throw new TrainingException(reason);
            }

            using IDisposable noGrad = no_grad();
            foreach ((string name, Tensor tensor) in Tensors(training))
            {
                using DisposeScope scope = NewDisposeScope();
                tensor.copy_(file.Tensor(name));
            }

            long enqueued = long.Parse(file.Metadata["enqueued"], CultureInfo.InvariantCulture);
            training.Method.GlobalQueue.Restore(enqueued);
            training.Method.DenseQueue?.Restore(enqueued);
            return (StepOf(file), saved.Optim.Epochs ?? 0);
        });

    /// <summary>Reads the description of a checkpoint, without its tensors.</summary>
    /// <returns>The steps done; and why it is not of a run of this very recipe, null if it is.</returns>
    public static (long Step, string? WhyAnotherRun) Look(string path, Recipe recipe, string dataFingerprint, out string? damage) =>
        Read(path, verify: false, out damage, file =>
            (StepOf(file), WhyAnotherRun(path, file, RecipeReader.Parse(file.Metadata["recipe"], path), recipe, dataFingerprint, mayGrow: false)));

    private static T Read<T>(string path, bool verify, out string? damage, Func<SafetensorsFile, T> read)
        where T : struct
    {
        damage = null;
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path, verify);
            if (file.Metadata.GetValueOrDefault("format") == Format)
            {
                return read(file);
            }

            damage = $"{path} is not a checkpoint of this program: its format is '{file.Metadata.GetValueOrDefault("format")}', not '{Format}'.";
        }
        catch (Exception e)
            when (e
                    is WeightFileException
                        or IOException
                        or UnauthorizedAccessException
                        or KeyNotFoundException
                        or FormatException
                        or RecipeException)
        {
            damage = $"The checkpoint cannot be read: {e.Message}";
        }

        return default;
    }

    private static long StepOf(SafetensorsFile file) => long.Parse(file.Metadata["step"], CultureInfo.InvariantCulture);

    private static string? WhyAnotherRun(string path, SafetensorsFile file, Recipe saved, Recipe recipe, string dataFingerprint, bool mayGrow)
    {
        bool grows = mayGrow && recipe.Optim.Epochs > saved.Optim.Epochs;
        string[] differences =
        [
            .. Recipe.Differences(saved, recipe)
                .Where(difference => !Recipe.IsFreeOnResume(difference.Key) && !(grows && difference.Key == "optim.epochs"))
                .Select(difference => $"{difference.Key} was {difference.First} and is now {difference.Second}{(mayGrow && difference.Key == "optim.epochs" ? " (they may only grow)" : "")}"),
        ];
        return differences.Length > 0
                ? $"The checkpoint {path} was made by another recipe: {string.Join("; ", differences)}. "
                    + "Resume with the run's own recipe, or start a new run with --out."
            : file.Metadata["data"] != dataFingerprint
                ? $"The images are not those the checkpoint {path} was made with: files were added, removed or changed. "
                    + "Restore them, or start a new run from its backbone with model.weights."
                : null;
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Tensors(TrainingStep training)
    {
        DenseContrast method = training.Method;
        foreach ((string name, Tensor tensor) in method.QueryEncoder.state_dict())
        {
            yield return new("query." + name, tensor);
        }

        foreach ((string name, Tensor tensor) in method.KeyEncoder.state_dict())
        {
            yield return new("key." + name, tensor);
        }

        yield return new("velocity", training.Optimiser.Velocity);
        yield return new("globalQueue", method.GlobalQueue.Keys);
        if (method.DenseQueue is { } denseQueue)
        {
            yield return new("denseQueue", denseQueue.Keys);
        }
    }

    /// <summary>The size of a checkpoint in bytes, without its header.</summary>
    public static long Size(TrainingStep training) => Tensors(training).Sum(entry => entry.Value.numel() * entry.Value.element_size());
}
