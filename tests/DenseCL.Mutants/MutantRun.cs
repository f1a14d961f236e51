using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace DenseCL.Mutants;

/// <summary>
/// Brings one mutant after the other to life, and runs the tests that reach its line, the quick ones first, until one fails. Verdicts are
/// lines of a file; a run goes on where the last one ended, however it did.
/// </summary>
internal sealed class MutantRun
{
    private const int GoOn = 3;

    // In seconds.
    private const double Quick = 3;

    // A test that fails leaves its tensors behind; a process that holds so many bytes is followed by another one.
    private const long MostMemory = 4L << 30;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly string folder;
    private readonly Action<int> activate;
    private readonly Func<int, bool[]> record;
    private readonly List<TestCase> cases;
    private readonly List<string> told = [];

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

    /// <summary>The verdicts that are there.</summary>
    public static IEnumerable<Verdict> Read(string folder) =>
        File.ReadLines(Verdicts(folder)).Select(line => JsonSerializer.Deserialize<Verdict>(line)!);

    /// <summary>Runs until all mutants have a verdict, in processes that may hang or fall.</summary>
    public static void All(string folder)
    {
        string started = Path.Combine(folder, "started");
        while (true)
        {
            File.Delete(started);       // what it says from here on is of this process
            string program = Path.Combine(folder, "bin", "DenseCL.Mutants.dll");
            using Process process = Process.Start(
                new ProcessStartInfo("dotnet", ["exec", program, "run", folder]) { WorkingDirectory = folder }
            )!;
            process.WaitForExit();
            if (process.ExitCode == 0)
            {
                return;
            }

            if (process.ExitCode != GoOn)
            {
                string[] last = File.Exists(started)
                    ? File.ReadAllText(started).Split('\n')
                    : throw new InvalidOperationException("The tests do not pass without a mutant.");
                Write(folder, new Verdict(int.Parse(last[0], CultureInfo.InvariantCulture), Verdict.Crash, last[1]));
            }
        }
    }

    /// <summary>The work of such a process.</summary>
    public static int One(string folder)
    {
        MutantRun run = new(folder);
        List<Mutant> mutants = JsonSerializer.Deserialize<List<Mutant>>(File.ReadAllText(Path.Combine(folder, "mutants.json")))!;
        Dictionary<string, Reach> reach = run.Measure(mutants.Max(mutant => mutant.Id) + 1);
        HashSet<int> judged = File.Exists(Verdicts(folder)) ? [.. Read(folder).Select(verdict => verdict.Id)] : [];

        // Most fall to a quick test: these first, so that the slow ones are run for the others alone. Those not in order, so that the
        // verdicts of a run that was stopped are a fair sample.
        string spared = Path.Combine(folder, "spared");     // by the quick tests; their numbers
        HashSet<string> known = File.Exists(spared) ? [.. File.ReadAllLines(spared)] : [];
        List<Mutant> left = [];
        foreach (Mutant mutant in mutants.Where(mutant => !judged.Contains(mutant.Id)))
        {
            string id = mutant.Id.ToString(CultureInfo.InvariantCulture);
            if (!known.Contains(id) && run.Judge(mutant, test => reach[test.Name].Seconds <= Quick, reach))
            {
                continue;
            }

            left.Add(mutant);
            if (known.Add(id))
            {
                File.AppendAllLines(spared, [id]);
            }
        }

        foreach (Mutant mutant in left.OrderBy(mutant => mutant.Id * 2654435761L % 4294967296L))
        {
            if (run.Judge(mutant, test => reach[test.Name].Seconds > Quick, reach))
            {
                continue;
            }

            bool reached = run.cases.Exists(test => reach[test.Name].Mutants.Contains(mutant.Id));
            Write(folder, new Verdict(mutant.Id, reached ? Verdict.Survived : Verdict.Uncovered, null));
        }

        return 0;
    }

    /// <summary>Runs some of the tests that reach a mutant; those that last told one first, the others by their time.</summary>
    /// <returns>Whether one told, which is then written down.</returns>
    private bool Judge(Mutant mutant, Func<TestCase, bool> some, Dictionary<string, Reach> reach)
    {
        IEnumerable<TestCase> reaching = cases.Where(test => some(test) && reach[test.Name].Mutants.Contains(mutant.Id));
        foreach (TestCase test in reaching.OrderByDescending(test => told.LastIndexOf(test.Name)).ThenBy(test => reach[test.Name].Seconds))
        {
            File.WriteAllText(Path.Combine(folder, "started"), $"{mutant.Id}\n{test.Name}");
            activate(mutant.Id);
            bool? passed = test.Run(Grace + TimeSpan.FromSeconds(10 * reach[test.Name].Seconds), out _);
            activate(0);
            if (passed == true)
            {
                continue;
            }

            told.Add(test.Name);
            Write(folder, new Verdict(mutant.Id, passed is null ? Verdict.Timeout : Verdict.Killed, test.Name));
            if (passed is null || Environment.WorkingSet > MostMemory)
            {
                Environment.Exit(GoOn);     // the thread of a test out of time still runs
            }

            return true;
        }

        return false;
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

            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            reach[test.Name] = new Reach(seconds, [.. Enumerable.Range(0, count).Where(id => hits[id])]);
        }

        record(0);
        File.WriteAllText(file, JsonSerializer.Serialize(reach));
        return reach;
    }

    private static string Verdicts(string folder) => Path.Combine(folder, "verdicts.jsonl");

    private static void Write(string folder, Verdict verdict) => File.AppendAllLines(Verdicts(folder), [JsonSerializer.Serialize(verdict)]);

    /// <param name="Seconds">How long the test takes.</param>
    /// <param name="Mutants">Those whose place it reaches.</param>
    private sealed record Reach(double Seconds, HashSet<int> Mutants);
}
