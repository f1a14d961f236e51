using System.CommandLine;
using System.Globalization;
using System.IO.Hashing;
using DenseCL.Cli.Display;
using DenseCL.Models.Backbones;
using DenseCL.Weights;
using DenseCL.Weights.Tensors;
using DenseCL.Weights.Tensors.Naming;
using Spectre.Console;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl inspect</c>: what is in a weight file.</summary>
internal static class InspectCommand
{
    // The numbers in an optimiser's state are metadata too.
    private const int MaxNotes = 30;

    private static readonly Argument<string> Source = new("FILE")
    {
        Description = "A weight file (safetensors, PyTorch, Detectron2, ONNX) or a run folder.",
    };

    public static Command Create() => new Command(
        "inspect",
        "Shows what is in a weight file: tensors, metadata, checksum, the network and the naming. Nothing in the file is executed.")
    {
        Source, JsonOutput.Option,
    }.Does(
        """
        densecl inspect run
        densecl inspect moco_v2_800ep_pretrain.pth.tar
        densecl inspect backbone.safetensors --json
        """,
        (call, stop) =>
        {
            WeightFile file = BackboneFile.Open(call.GetRequiredValue(Source));
            bool json = call.GetValue(JsonOutput.Option);
            return () =>
            {
                using (file)
                {
                    return Inspect(file, json, stop);
                }
            };
        });

    private static int Inspect(WeightFile file, bool json, CancellationToken stop)
    {
        (string? architecture, string naming) = Recognise(file);
        (long bytes, string checksum) = Checksum(file.Path, stop);
        WeightEntry[] tensors = [.. file.Keys.Select(key => file[key])];
        Int128 numbers = tensors.Aggregate(Int128.Zero, (sum, tensor) => sum + tensor.Count);
        if (json)
        {
            JsonOutput.Print(
                "inspect",
                new { file = Path.GetFullPath(file.Path) },
                new { bytes, tensors = tensors.Length, numbers },
                ("format", file.Format.ToString().ToLowerInvariant()),
                ("xxh128", checksum),
                ("architecture", architecture),
                ("naming", naming),
                ("metadata", file.Metadata),
                ("tensors", tensors.Select(t => new { key = t.Name, dtype = t.Type.ToString(), shape = t.Shape.ToArray() })));
            return Verb.Done;
        }

        Table table = new Table().AddColumn("tensor").AddColumn("type").AddColumn(new TableColumn("shape"));
        foreach (WeightEntry tensor in tensors)
        {
            table.AddRow(
                Markup.Escape(Printable.Text(tensor.Name)),
                tensor.Type.ToString(),
                Markup.Escape($"({string.Join(", ", tensor.Shape.ToArray())})"));
        }

        AnsiConsole.Write(table);
        foreach ((string key, string value) in file.Metadata.Take(MaxNotes))
        {
            Console.WriteLine($"{Printable.Text(key)}: {Printable.Text(value)}");
        }

        if (file.Metadata.Count > MaxNotes)
        {
            Console.WriteLine($"… and {file.Metadata.Count - MaxNotes} more entries: --json shows all.");
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path}: {file.Format}, {bytes:N0} bytes, {tensors.Length:N0} tensors of {numbers:N0} numbers, XXH128 {checksum}"
            ));
        Console.WriteLine(architecture is null ? Printable.Text(naming) : $"A {architecture}; names of {naming}.");
        return Verb.Done;
    }

    private static (string? Architecture, string Naming) Recognise(WeightFile file)
    {
        try
        {
            NamedWeights weights = NamedWeights.Find(file);
            return (BackboneCatalogue.Of(weights.Architecture).Name, weights.Convention);
        }
        catch (WeightFileException e)
        {
            return (null, e.Message);
        }
    }

    private static (long Bytes, string Checksum) Checksum(string path, CancellationToken stop)
    {
        using FileStream file = File.OpenRead(path);
        XxHash128 hash = new();
        byte[] buffer = new byte[1 << 20];
        for (int read; (read = file.Read(buffer)) > 0; stop.ThrowIfCancellationRequested())
        {
            hash.Append(buffer.AsSpan(0, read));
        }

        return (file.Length, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }
}
