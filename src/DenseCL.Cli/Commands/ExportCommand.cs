using System.CommandLine;
using DenseCL.Cli.Display;
using DenseCL.Platform;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Models;
using DenseCL.Weights;
using DenseCL.Weights.Formats;
using DenseCL.Weights.Formats.Onnx;
using DenseCL.Weights.Tensors.Naming;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl export</c>: weights for other programs.</summary>
internal static class ExportCommand
{
    private static readonly Argument<string> Source = new("RUN|MODEL|FILE")
    {
        Description = "A run folder, the folder of a fine-tuned model, or a weight file of any format and naming.",
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

    private static readonly Option<int?> Opset = new("--opset")
    {
        Description = "For --format onnx: the operator set, 13 to 22. Default: 13, of 2020.",
        HelpName = "N",
    };

    private static readonly Option<bool> Argmax = new("--argmax")
    {
        Description = "For a model and --format onnx: the output is the class of each pixel, instead of the logits.",
    };

    private static readonly Option<string> State = new Option<string>("--state")
    {
        Description = "For the folder of a model: its best state on val, or the last one.",
        HelpName = "best|last",
        DefaultValueFactory = _ => "best",
    }.AcceptOnlyFromAmong(Words<ModelState>());

    private static readonly Option<bool> Force = new("--force") { Description = "Replace the file if it exists." };

    public static Command Create() =>
        new Command(
            "export",
            "Writes a backbone or a model for another program: torchvision, timm, lightly, OpenSelfSup, mmsegmentation, Detectron2, ONNX Runtime. "
            + "docs/weights.md and docs/models.md have the code for each."
        )
        {
            Source,
            Format,
            Out,
            Naming,
            Heads,
            Stages,
            Normalise,
            Opset,
            Argmax,
            State,
            Force,
        }.Does(
            """
            densecl export run --format pytorch --out backbone.pth
            densecl export run --format pytorch --naming openselfsup --heads --out densecl.pth
            densecl export run --format detectron2 --out backbone.pkl
            densecl export moco_v2_800ep_pretrain.pth.tar --format onnx --stages all --normalise --out backbone.onnx
            densecl export model --format onnx --argmax --normalise --out model.onnx
            """,
            Prepare);

    private static Func<int> Prepare(ParseResult call, CancellationToken stop)
    {
        string source = call.GetRequiredValue(Source), path = Path.GetFullPath(call.GetRequiredValue(Out));
        Func<LoadReport?> write = SegmentationModel.IsAt(source) ? PrepareModel(call, source, path) : PrepareBackbone(call, source, path);
        RefuseOccupied(call, path);
        return () =>
        {
            if (write() is { } report)
            {
                LoadReportDisplay.Show(report);
            }

            Console.WriteLine($"Done: {path}");
            return Verb.Done;
        };
    }

    private static Func<LoadReport?> PrepareBackbone(ParseResult call, string source, string path)
    {
        if (call.GetValue(Argmax) || call.GetResult(State) is { Implicit: false })
        {
            throw new WeightFileException(
                $"{(call.GetValue(Argmax) ? "--argmax" : "--state")} is for a fine-tuned model, and {source} holds a backbone, which has no classes.");
        }

        ExportOptions options = new()
        {
            Format = Enum.Parse<WeightFormat>(call.GetRequiredValue(Format), ignoreCase: true),
            Naming = Enum.Parse<WeightNaming>(call.GetRequiredValue(Naming), ignoreCase: true),
            Heads = call.GetValue(Heads),
            Stages = Enum.Parse<OnnxStages>(call.GetRequiredValue(Stages), ignoreCase: true),
            Normalise = call.GetValue(Normalise),
        };
        options = call.GetValue(Opset) is { } opset ? options with { OperatorSet = opset } : options;
        options.Validate();
        BackboneFile.Open(source).Dispose();
        TorchRuntime.EnsureReady();
        return () => WeightExport.Write(source, path, options);
    }

    private static Func<LoadReport?> PrepareModel(ParseResult call, string source, string path)
    {
        if (call.GetValue(Heads) || call.GetResult(Stages) is { Implicit: false } || call.GetResult(Naming) is { Implicit: false })
        {
            throw new WeightFileException(
                "--heads, --stages and --naming are for backbones: a model is exported whole, to PyTorch with mmsegmentation's names.");
        }

        ModelExportOptions options = new()
        {
            Format = Enum.Parse<WeightFormat>(call.GetRequiredValue(Format), ignoreCase: true),
            Argmax = call.GetValue(Argmax),
            Normalise = call.GetValue(Normalise),
        };
        options = call.GetValue(Opset) is { } opset ? options with { OperatorSet = opset } : options;
        options.Validate();
        TorchRuntime.EnsureReady();
        SegmentationModel model = SegmentationModel.Open(source, Enum.Parse<ModelState>(call.GetRequiredValue(State), ignoreCase: true));
        if (options.Format == WeightFormat.Onnx && model.Options.Test == TestMode.Slide)
        {
            Console.Error.WriteLine("Note: the model was tested in sliding windows, and an ONNX file takes each image as a whole: results differ a little.");
        }

        return () =>
        {
            using (model)
            {
                ModelExport.Write(model, path, options);
            }

            return null;
        };
    }

    private static void RefuseOccupied(ParseResult call, string path)
    {
        if (Directory.Exists(path))
        {
            throw new WeightFileException($"--out {path} is a folder: give the name of a file in it.");
        }

        // An empty file holds nothing to lose; a device looks like one, and is refused when it would be replaced.
        if (File.Exists(path) && new FileInfo(path).Length > 0 && !call.GetValue(Force))
        {
            throw new WeightFileException($"{path} exists already: choose another --out, or use --force to replace it.");
        }

    }

    private static string[] Words<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
}
