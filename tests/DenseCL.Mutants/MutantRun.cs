using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace DenseCL.Mutants;

/// <summary>
/// Brings one mutant after the other to life, and runs the tests that reach its line, the quickest first, until one fails. Verdicts are lines of a file; a run goes on where the last
/// one ended, however it did.
/// </summary>
internal sealed class MutantRun
{
    private const int GoOn = 3;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly string folder;
    private readonly Action<int> activate;
    private readonly Func<int, bool[]> record;
    private readonly List<TestCase> cases;

    private MutantRun(string folder)
    {
        this.folder = folder;
        Type choice = Assembly.Load("DenseCL").GetType("DenseCL.Mutant", throwOnError: true)!;
        FieldInfo active = choice.GetField("Active")!, hit = choice.GetField("Hit")!;
        activate = id => active.SetValue(null, id);
        record = count =>
        {
            bool[] hits = new bool[count];
            hit.SetValue(null, count == 0 ? null : hits);
            return hits;
        };
        cases = TestCase.In(Assembly.Load("DenseCL.Tests"), "DenseCL.Tests.Method");
    }

    /// <summary>The file of verdicts.</summary>
    public static string Verdicts(string folder) => Path.Combine(folder, "verdicts.jsonl");

    /// <summary>Runs until all mutants have a verdict, in processes that may hang or fall.</summary>
    public static void All(string folder)
    {
        string started = Path.Combine(folder, "started");
        while (true)
        {
            using Process process = Process.Start(new ProcessStartInfo("dotnet", ["exec", Path.Combine(folder, "bin", "DenseCL.Mutants.dll"), "run", folder]) { WorkingDirectory = folder })!;
            process.WaitForExit();
            if (process.ExitCode == 0)
            {
                return;
            }

            if (process.ExitCode != GoOn)
            {
                string[] last = File.Exists(started) ? File.ReadAllText(started).Split('\n') : throw new InvalidOperationException("The tests do not pass without a mutant.");
                Write(folder, new Verdict(int.Parse(last[0], System.Globalization.CultureInfo.InvariantCulture), Verdict.Crash, last[1]));
            }
        }
    }

    /// <summary>The work of such a process.</summary>
    public static int One(string folder)
    {
        MutantRun run = new(folder);
        List<Mutant> mutants = JsonSerializer.Deserialize<List<Mutant>>(File.ReadAllText(Path.Combine(folder, "mutants.json")))!;
        Dictionary<string, Reach> reach = run.Measure(mutants.Max(mutant => mutant.Id) + 1);
        HashSet<int> judged = File.Exists(Verdicts(folder)) ? [.. File.ReadLines(Verdicts(folder)).Select(line => JsonSerializer.Deserialize<Verdict>(line)!.Id)] : [];
        foreach (Mutant mutant in mutants.Where(mutant => !judged.Contains(mutant.Id)))
        {
            Verdict verdict = run.Judge(mutant, reach);
            Write(folder, verdict);
            if (verdict.Status == Verdict.Timeout)
            {
                Environment.Exit(GoOn);     // its thread still runs
            }
        }

        return 0;
    }

    private Verdict Judge(Mutant mutant, Dictionary<string, Reach> reach)
    {
        TestCase[] reaching = [.. cases.Where(test => reach[test.Name].Mutants.Contains(mutant.Id)).OrderBy(test => reach[test.Name].Seconds)];
        foreach (TestCase test in reaching)
        {
            File.WriteAllText(Path.Combine(folder, "started"), $"{mutant.Id}\n{test.Name}");
            activate(mutant.Id);
            bool? passed = test.Run(Grace + TimeSpan.FromSeconds(10 * reach[test.Name].Seconds), out _);
            activate(0);
            if (passed != true)
            {
                return new Verdict(mutant.Id, passed is null ? Verdict.Timeout : Verdict.Killed, test.Name);
            }
        }

        return new Verdict(mutant.Id, reaching.Length == 0 ? Verdict.Uncovered : Verdict.Survived, null);
    }

    /// <summary>Runs every test once as it is: which lines it reaches, and how long it takes.</summary>
    private Dictionary<string, Reach> Measure(int count)
    {
        string file = Path.Combine(folder, "reach.json");
        if (File.Exists(file))
        {
            return JsonSerializer.Deserialize<Dictionary<string, Reach>>(File.ReadAllText(file))!;
        }

        Dictionary<string, Reach> reach = new(StringComparer.Ordinal);
        foreach (TestCase test in cases)
        {
            bool[] hits = record(count);
            long start = Stopwatch.GetTimestamp();
            if (test.Run(TimeSpan.FromMinutes(10), out Exception? failure) != true)
            {
                throw new InvalidOperationException($"{test.Name} fails without a mutant: {failure}");
            }

            reach[test.Name] = new Reach(Stopwatch.GetElapsedTime(start).TotalSeconds, [.. Enumerable.Range(0, count).Where(id => hits[id])]);
        }

        record(0);
        File.WriteAllText(file, JsonSerializer.Serialize(reach));
        return reach;
    }

    private static void Write(string folder, Verdict verdict) => File.AppendAllLines(Verdicts(folder), [JsonSerializer.Serialize(verdict)]);

    /// <param name="Seconds">How long the test takes.</param>
    /// <param name="Mutants">Those whose place it reaches.</param>
    private sealed record Reach(double Seconds, HashSet<int> Mutants);
}
