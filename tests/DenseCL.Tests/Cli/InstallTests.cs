using System.Diagnostics;
using System.IO.Compression;
using DenseCL.Tests.Documents;

namespace DenseCL.Tests.Cli;

/// <summary>
/// What the README says of installing, line by line, for a user with an empty home: from the packages that are made here and, instead of
/// the public feed, those that were restored for the build. No network is asked.
/// </summary>
public class InstallTests(ITestOutputHelper output)
{
    private static readonly string Restored =
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static readonly string Dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    [Fact]
    public void The_command_and_the_library_install_and_work_as_the_readme_says()
    {
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(Restored, "torchsharp")) && Directory.EnumerateFiles(Restored, "torchsharp.*.nupkg", SearchOption.AllDirectories).Any(),
            $"There are no packages to install from in {Restored}, where the build's restore puts them: the libraries are somewhere else.");
        using TemporaryFolder folder = new();
        string source = CopySource(folder["source"]);
        InstallTheCommand(folder, source);
        AddTheLibrary(folder, source);
    }

    private void InstallTheCommand(TemporaryFolder folder, string source)
    {
        string[] lines = [.. Fence.Below("## Install the command")];
        Run(folder, source, lines[0]);
        FileInfo[] packages = new DirectoryInfo(folder["feed"]).GetFiles("*.nupkg");
        Assert.Equal(
            ["DenseCL.Cli.0.1.0.nupkg", "DenseCL.Cli.linux-x64.0.1.0.nupkg", "DenseCL.Cli.osx-arm64.0.1.0.nupkg", "DenseCL.Cli.win-x64.0.1.0.nupkg"],
            packages.Select(package => package.Name).Order(StringComparer.Ordinal));
        Assert.All(packages, package => Assert.True(package.Length < 250_000_000, $"{package.Name} has {package.Length} bytes"));
        AssertContains(folder, "linux-x64", "libtorch_cpu.so", "libLibTorchSharp.so", "libSkiaSharp.so");
        AssertContains(folder, "win-x64", "torch_cpu.dll", "LibTorchSharp.dll", "libSkiaSharp.dll");
        AssertContains(folder, "osx-arm64", "libtorch_cpu.dylib", "libLibTorchSharp.dylib", "libSkiaSharp.dylib");
        Directory.Delete(Path.Combine(source, "src", "DenseCL.Cli"), recursive: true);      // gigabytes; what is installed must not need them

        Run(folder, folder.Path, lines[1], asNewUser: true);
        string densecl = Path.Combine(folder["home"], ".dotnet", "tools", OperatingSystem.IsWindows() ? "densecl.exe" : "densecl");
        string doctor = Run(folder, folder.Path, [densecl, "doctor"], asNewUser: true);
        Assert.Contains("good   training step", doctor, StringComparison.Ordinal);
        Assert.DoesNotContain("bad ", doctor, StringComparison.Ordinal);

        string images = Path.Combine(ResumeTests.Scenes(folder), "images"), run = folder["run"];
        string[] twoSteps = [.. ResumeTests.Arguments(images, run).Select(a => a switch { "optim.epochs=3" => "optim.epochs=1", "optim.batch=6" => "optim.batch=24", "method.queue=18" => "method.queue=24", _ => a })];
        Run(folder, folder.Path, [densecl, .. twoSteps], asNewUser: true);
        Assert.Equal(2, File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length);
    }

    /// <summary>The native libraries of its own system and no other's, with the licences under which they are passed on.</summary>
    private static void AssertContains(TemporaryFolder folder, string system, params string[] libraries)
    {
        using ZipArchive package = ZipFile.OpenRead(folder["feed", $"DenseCL.Cli.{system}.0.1.0.nupkg"]);
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.All(libraries, library => Assert.Contains($"tools/net10.0/{system}/{library}", files));
        Assert.Contains($"tools/net10.0/{system}/licenses/libtorch-cpu-{system}/LICENSE-LIBTORCH.txt", files);
        Assert.Contains($"tools/net10.0/{system}/licenses/TorchSharp/LICENSE.txt", files);
        Assert.Contains("icon.png", files);
        Assert.All(
            new[] { "linux-x64", "win-x64", "osx-arm64" }.Where(other => other != system),
            other => Assert.DoesNotContain(files, file => file.Contains(other, StringComparison.Ordinal)));
    }

    private void AddTheLibrary(TemporaryFolder folder, string source)
    {
        Run(folder, source, "dotnet pack src/DenseCL.Transfer -c Release -o FEED");
        Assert.True(File.Exists(folder["feed", "DenseCL.0.1.0.snupkg"]));
        Directory.Delete(source, recursive: true);

        string project = folder["program"];
        Directory.CreateDirectory(project);
        Run(folder, project, "dotnet new console", asNewUser: true);
        foreach (string line in Fence.Below("## In a program"))
        {
            Run(folder, project, line, asNewUser: true);
        }

        CodeBlock program = CodeBlock.All.First(block => block.Document == "README.md");
        File.WriteAllText(Path.Combine(project, "Program.cs"), program.Code.Replace("\"small\"", "\"mine.yaml\"", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(project, "mine.yaml"), CodeBlockTests.Recipe);
        Directory.Move(folder["scenes", "images"], Path.Combine(project, "photos"));
        Run(folder, project, "dotnet run", asNewUser: true);
        Assert.True(File.Exists(Path.Combine(project, "run", "backbone.safetensors")));
        DirectoryInfo[] systems = [.. new DirectoryInfo(project).EnumerateDirectories("native", SearchOption.AllDirectories)
            .Where(natives => natives.FullName.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];
        Assert.Single(systems);     // of the system that builds, and of no other
    }

    private string Run(TemporaryFolder folder, string where, string line, bool asNewUser = false) =>
        Run(folder, where, [.. line.Split(' ').Select(word => word switch { "dotnet" => Dotnet, "FEED" => folder["feed"], _ => word })], asNewUser);

    private string Run(TemporaryFolder folder, string where, string[] words, bool asNewUser)
    {
        ProcessStartInfo start = new(words[0], words[1..])
        {
            WorkingDirectory = where,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string inherited in start.Environment.Keys.Where(IsOfThisBuild).ToArray())
        {
            start.Environment.Remove(inherited);
        }

        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["NuGetAudit"] = "false";      // it would ask the public feed
        if (asNewUser)
        {
            string home = folder["home"];
            Directory.CreateDirectory(Path.Combine(home, ".nuget", "NuGet"));
            File.WriteAllText(Path.Combine(home, ".nuget", "NuGet", "NuGet.Config"), NoNetwork);
            (start.Environment["HOME"], start.Environment["USERPROFILE"], start.Environment["DOTNET_CLI_HOME"]) = (home, home, home);
            (start.Environment["APPDATA"], start.Environment["NUGET_PACKAGES"]) = (Path.Combine(home, ".nuget"), folder["home", "packages"]);
            start.Environment["RestoreAdditionalProjectSources"] = Restored;
        }

        Stopwatch clock = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        Task<string> text = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(10)))
        {
            process.Kill(entireProcessTree: true);
        }

        string all = $"{error.Result}{text.Result}";
        output.WriteLine(FormattableString.Invariant($"{clock.Elapsed.TotalSeconds,6:F1} s  {string.Join(' ', words)}"));
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', words)} ended with status {process.ExitCode}: {all}");
        return all;
    }

    /// <summary>Both names that the public feed has: that of a new user's settings, and that of <c>dotnet new nugetconfig</c>.</summary>
    private const string NoNetwork =
        """
        <?xml version="1.0" encoding="utf-8"?>
        <configuration>
          <packageSources />
          <disabledPackageSources><add key="nuget.org" value="true" /><add key="nuget" value="true" /></disabledPackageSources>
        </configuration>
        """;

    /// <summary>Variables that `dotnet test` sets for itself, and that would lead a second SDK astray.</summary>
    private static bool IsOfThisBuild(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase);

    private static string CopySource(string to)
    {
        foreach (string part in (string[])["src", "build", "recipes", "docs"])
        {
            foreach (string file in Directory.EnumerateFiles(Repository.PathOf(part), "*", SearchOption.AllDirectories))
            {
                string relative = Path.GetRelativePath(Repository.Root, file);
                if (!relative.Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj"))
                {
                    Copy(relative);
                }
            }
        }

        foreach (string file in Directory.EnumerateFiles(Repository.Root).Where(file => Path.GetFileName(file) != ".git"))
        {
            Copy(Path.GetFileName(file));
        }

        return to;

        void Copy(string relative)
        {
            string copy = Path.Combine(to, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Repository.PathOf(relative), copy);
        }
    }
}
