using System.Text.Json;

namespace DenseCL.Tests;

/// <summary>Debian's Python, with PyTorch and numpy: the other readers and writers of weight files.</summary>
internal static class Python
{
    /// <summary>Runs a program; skips the test where there is no Python, or a module of it is missing.</summary>
    /// <param name="program">Prints one line of JSON at its end. Python is slow to start: let it do many checks.</param>
    /// <param name="arguments">For <c>sys.argv</c>, from 1.</param>
    /// <returns>What it printed.</returns>
    public static JsonElement Run(string program, params string[] arguments)
    {
        // Debian's packages are seen by Debian's Python alone, which another may hide in the path.
        string python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        (string output, string error) = OtherProgram.Run(python, ["-I", "-c", program, .. arguments]);
        string lastLine = error.TrimEnd().Split('\n')[^1];
        if (lastLine.StartsWith("ModuleNotFoundError", StringComparison.Ordinal))
        {
            Assert.Skip(
                $"{python} has not all modules for this test ({lastLine}): apt-get install python3-torch python3-torchvision python3-onnx."
            );
        }

        string result = output.TrimEnd().Split('\n')[^1];
        Assert.True(result.StartsWith('{') || result.StartsWith('['), error);
        return JsonDocument.Parse(result).RootElement;
    }
}
