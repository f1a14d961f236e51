using System.Globalization;
using DenseCL.Recipes;

namespace DenseCL.Tests.Reports;

/// <summary>A run folder as a training would leave it, with numbers that the test chooses.</summary>
internal sealed class WrittenRun
{
    /// <summary>Makes the folder, with a recipe and no step yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="settings">Settings that differ from those of the recipe <c>small</c>.</param>
    public WrittenRun(string path, params string[] settings)
    {
        Path = path;
        Directory.CreateDirectory(path);
        Recipe recipe = RecipeReader.Read("small", ["optim.epochs=10", "method.queue=1024", "method.keyMomentum=0.99", .. settings]);
        File.WriteAllText(In("recipe.yaml"), recipe.ToString());
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Adds a line to each log.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="loss">The total loss; the rest follows from it.</param>
    public void Log(long step, double loss) => Log([(step, loss)]);

    /// <summary>Adds a line to each log for each step.</summary>
    /// <param name="steps">Steps and total losses.</param>
    public void Log(IEnumerable<(long Step, double Loss)> steps)
    {
        using StreamWriter metrics = File.AppendText(In("metrics.jsonl")), speed = File.AppendText(In("speed.jsonl"));
        foreach ((long step, double loss) in steps)
        {
            metrics.Write(Text(
                $"{{\"step\":{step},\"epoch\":{1 + (step / 100)},\"learningRate\":0.06,\"lambda\":0.5,\"loss\":{loss},\"lossGlobal\":{loss + 0.5},\"lossDense\":{loss - 0.5},\"queueFilled\":1,\"health\":{{\"positiveSimilarity\":0.8,\"negativeSimilarity\":0.1,\"deviation\":0.9,\"densePositiveSimilarity\":{0.7 + (loss / 1000)},\"denseNegativeSimilarity\":0.2,\"denseDeviation\":0.8,\"matchEntropy\":0.9,\"mutualMatches\":0.7,\"samePlaceMatches\":0.1,\"matchAgreement\":1,\"positionVariance\":0.1}}}}\n"));
            speed.Write(Text(
                $"{{\"step\":{step},\"epoch\":{1 + (step / 100)},\"secondsPerStep\":0.5,\"imagesPerSecond\":{128 + loss},\"loaderWaitShare\":0.01,\"residentMb\":700}}\n"));
        }
    }

    /// <summary>Deletes what was logged after a step, as a training does that continues from a checkpoint.</summary>
    public void KeepUntil(long step)
    {
        foreach (string log in (string[])[In("metrics.jsonl"), In("speed.jsonl")])
        {
            File.WriteAllLines(log + ".new", File.ReadAllLines(log).TakeWhile(line => StepOf(line) <= step));
            File.Move(log + ".new", log, overwrite: true);
        }
    }

    /// <summary>Deletes the logs.</summary>
    public void KeepNothing()
    {
        File.Delete(In("metrics.jsonl"));
        File.Delete(In("speed.jsonl"));
    }

    public string In(string name) => System.IO.Path.Combine(Path, name);

    private static long StepOf(string line) => long.Parse(line[8..line.IndexOf(',', StringComparison.Ordinal)], CultureInfo.InvariantCulture);

    private static string Text(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
}
