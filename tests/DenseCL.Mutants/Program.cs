using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DenseCL.Mutants;

// Changes every operator, comparison and constant of the method, one at a time, and tells which changes no test notices:
//
//     dotnet run -c Release --project tests/DenseCL.Mutants -- FOLDER
//
// FOLDER takes the mutated copy of the library, the list of mutants and the verdicts; a call with the same folder goes on where the last
// one ended. Delete FOLDER after a change of the method; after a change of the tests, delete FOLDER/bin, FOLDER/reach.json and the lines of
// FOLDER/verdicts.jsonl and FOLDER/spared that are in question.
if (args is ["run", var place])
{
    return MutantRun.One(place);
}

if (args is not [var given])
{
    Console.Error.WriteLine("Give one folder, for the mutated copy and the verdicts.");
    return 2;
}

string folder = Path.GetFullPath(given), list = Path.Combine(folder, "mutants.json");
Directory.CreateDirectory(folder);
MutantBuild build = new(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..")), folder);
if (!File.Exists(list))
{
    (List<Mutant> made, int notCompiled) = build.Make();
    File.WriteAllText(list, JsonSerializer.Serialize(made));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made.Count} mutants; {notCompiled} more do not compile."));
}

if (!Directory.Exists(Path.Combine(folder, "bin")))
{
    build.PlaceBesideTests();
}

MutantRun.All(folder);
Dictionary<int, Mutant> mutants = JsonSerializer.Deserialize<List<Mutant>>(File.ReadAllText(list))!.ToDictionary(mutant => mutant.Id);
List<Verdict> verdicts = [.. MutantRun.Read(folder)];
Verdict[] survivors = [.. verdicts.Where(verdict => verdict.Status is Verdict.Survived or Verdict.Uncovered)];
foreach (Verdict survivor in survivors)
{
    Mutant mutant = mutants[survivor.Id];
    string where = string.Create(CultureInfo.InvariantCulture, $"{mutant.Id}\t{survivor.Status}\t{mutant.File}:{mutant.Line}");
    Console.WriteLine($"{where}\t{mutant.Original}\t{mutant.Mutated}");
}

int killed = verdicts.Count - survivors.Length;
Console.WriteLine(
    string.Create(CultureInfo.InvariantCulture, $"{killed} of {verdicts.Count} killed: {killed / (double)verdicts.Count:P1}"));
return 0;

static string ThisFile([CallerFilePath] string path = "") => path;
