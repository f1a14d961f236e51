using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DenseCL.Benchmarks;
using DenseCL.Benchmarks.Compare;
using DenseCL.Benchmarks.Suites;

Option<string> filter = new("--filter") { Description = "Which benchmarks: a pattern such as *Blur*.", HelpName = "PATTERN", DefaultValueFactory = _ => "*" };
Option<bool> quick = new("--short") { Description = "Three iterations each: rough, and a minute instead of ten." };
Command suites = new("suites", "Times pixel operations, matching and InfoNCE one by one.") { filter, quick };
suites.SetAction(call => _ = Suite.Run(call.GetRequiredValue(filter), call.GetValue(quick)));

Option<int> batch = new("--batch") { Description = "Images a pass.", HelpName = "N", DefaultValueFactory = _ => 16 };
Option<int> passes = new("--steps") { Description = "Passes to run, at least 2; the first is not counted.", HelpName = "N", DefaultValueFactory = _ => 6 };
Option<int> threads = new("--threads") { Description = "Threads that compute.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };
Command backbone = new("backbone", "Times forward and backward of a ResNet-50 alone, beside a large matrix product; prints one JSON object.") { batch, passes, threads };
backbone.SetAction(call => Console.WriteLine(BackboneSpeed.Measure(call.GetValue(batch), call.GetValue(passes), call.GetValue(threads))));

Option<bool> single = new("--fp32") { Description = "Single precision instead of bfloat16." };
Command convolutions = new("convolutions", "Times each size of convolution but the stem of ResNet-50 (224 px, 16 images) and ResNet-18 (96 px, 32 images).") { single, threads };
convolutions.SetAction(call => ConvolutionSpeed.Print(!call.GetValue(single), call.GetValue(threads)));

Option<DirectoryInfo> opponents = new("--opponents")
{
    Description = "The folder with the opponents' scripts.",
    HelpName = "DIR",
    DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("benchmarks", "opponents")),
};
Option<bool> alone = new("--alone") { Description = "Measure ours only, without opponents." };
Option<DirectoryInfo?> trixie = new("--trixie") { Description = "What opponents/pytorch26 made: PyTorch 2.6 is measured too. Wants root.", HelpName = "DIR" };
Option<DirectoryInfo?> data = new("--data") { Description = "A folder of images for the loader; without it the loader is left out.", HelpName = "DIR" };
Option<string> python = new("--python") { Description = "The Python that has torch and torchvision.", HelpName = "FILE", DefaultValueFactory = _ => "/usr/bin/python3" };
Option<int> rounds = new("--rounds") { Description = "How often everything is measured, in turns.", HelpName = "N", DefaultValueFactory = _ => 3 };
Option<bool> withSuites = new("--suites") { Description = "Run the suites as well, in short mode." };
Option<DirectoryInfo> results = new("--results") { Description = "Where PROCESSOR.md is written.", HelpName = "DIR", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("benchmarks", "results")) };
trixie.Validators.Add(MustExist);
data.Validators.Add(MustExist);
foreach ((Option<int> number, int least) in new[] { (batch, 1), (passes, 2), (threads, 1), (rounds, 1) })
{
    number.Validators.Add(given =>
    {
        if (given.Tokens is [Token text] && int.TryParse(text.Value, CultureInfo.InvariantCulture, out int value) && value < least)
        {
            given.AddError($"{number.Name} must be at least {least}.");
        }
    });
}

Command compare = new("compare", "Measures everything against the opponents, in turns, and writes a table.") { opponents, alone, trixie, data, python, rounds, threads, withSuites, results };
compare.SetAction(call => Comparison.Run(
    new Machine(
        call.GetValue(threads),
        call.GetValue(alone) ? null : call.GetRequiredValue(opponents).FullName,
        call.GetRequiredValue(python),
        call.GetValue(trixie)?.FullName),
    call.GetValue(data)?.FullName,
    call.GetValue(rounds),
    call.GetValue(withSuites),
    call.GetRequiredValue(results).FullName));

return new RootCommand("Benchmarks of DenseCL for .NET.") { suites, backbone, convolutions, compare }.Parse(args).Invoke();

static void MustExist(OptionResult given)
{
    if (given.GetValueOrDefault<DirectoryInfo?>() is { Exists: false } folder)
    {
        given.AddError($"There is no folder {folder.FullName}.");
    }
}
