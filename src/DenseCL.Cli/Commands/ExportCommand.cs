using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Platform;
using DenseCL.Weights;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.Onnx;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl export</c>: weights for other programs.</summary>
internal static class ExportCommand
{
    private static readonly Argument<string> Source = new("RUN|FILE")
    {
        Description = "A run folder, or a weight file of any format and naming.",
    };

    private static readonly Option<string> Format = new Option<string>("--format")
    {
        Description = "The format: safetensors, pytorch, detectron2 or onnx.",
        HelpName = "FORMAT",
        Required = true,
    }.AcceptOnlyFromAmong(Words<WeightFormat>());

    private static readonly Option<string> Out = new("--out") { Description = "The file to make.", HelpName = "FILE", Required = true };

    private static readonly Option<string> Naming = new Option<string>("--naming")
    {
        Description =
            "The naming of the tensors, for --format pytorch: "
            + "torchvision (also timm's and lightly's), openselfsup or mmsegmentation.",
        HelpName = "NAMING",
        DefaultValueFactory = _ => "torchvision",
    }.AcceptOnlyFromAmong(Words<WeightNaming>());

    private static readonly Option<bool> Heads = new("--heads")
    {
        Description = "Include heads, key encoder and queues, to continue the pre-training (safetensors, pytorch).",
    };

    private static readonly Option<string> Stages = new Option<string>("--stages")
    {
        Description = "For --format onnx: the outputs, last or all.",
        HelpName = "last|all",
        DefaultValueFactory = _ => "last",
    }.AcceptOnlyFromAmong(Words<OnnxStages>());

    private static readonly Option<bool> Normalise = new("--normalise")
    {
        Description = "For --format onnx: the network takes RGB in 0 … 1 and normalises it by mean and standard deviation itself.",
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replace the file if it exists." };

    public static Command Create() =>
        new Command(
            "export",
            "Writes a backbone for another program: torchvision, timm, lightly, OpenSelfSup, mmsegmentation, Detectron2, ONNX Runtime. "
            + "docs/weights.md has the code for each."
        )
        {
            Source,
            Format,
            Out,
            Naming,
            Heads,
            Stages,
            Normalise,
            Force,
        }.Does(
            """
            densecl export run --format pytorch --out backbone.pth
            densecl export run --format pytorch --naming openselfsup --heads --out densecl.pth
            densecl export run --format detectron2 --out backbone.pkl
            densecl export moco_v2_800ep_pretrain.pth.tar --format onnx --stages all --normalise --out backbone.onnx
            """,
            Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        ExportOptions options = new()
        {
            Format = Enum.Parse<WeightFormat>(call.GetRequiredValue(Format), ignoreCase: true),
            Naming = Enum.Parse<WeightNaming>(call.GetRequiredValue(Naming), ignoreCase: true),
            Heads = call.GetValue(Heads),
            Stages = Enum.Parse<OnnxStages>(call.GetRequiredValue(Stages), ignoreCase: true),
            Normalise = call.GetValue(Normalise),
        };
        options.Validate();
        string source = call.GetRequiredValue(Source), path = Path.GetFullPath(call.GetRequiredValue(Out));
        if (Directory.Exists(path))
        {
            throw new WeightFileException($"--out {path} is a folder: give the name of a file in it.");
        }

        // An empty file holds nothing to lose; a device looks like one, and is refused when it would be replaced.
        if (File.Exists(path) && new FileInfo(path).Length > 0 && !call.GetValue(Force))
        {
            throw new WeightFileException($"{path} exists already: choose another --out, or use --force to replace it.");
        }

        BackboneFile.Open(source).Dispose();
        TorchRuntime.EnsureReady();
        return () =>
        {
            LoadReportDisplay.Show(WeightExport.Write(source, path, options));
            Console.WriteLine($"Done: {path}");
            return Verb.Done;
        };
    }

    private static string[] Words<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
}
