using DenseCL.Data.Scenes;
using DenseCL.Weights;
using DenseCL.Weights.Formats;

namespace DenseCL.Tests.Documents;

public class CodeBlockTests
{
    // In the place of the shipped recipe, so that the README's program is done in seconds; every key is one that a reader's own could have.
    internal const string Recipe =
        """
        base: small
        data: { size: 32 }
        method: { queue: 16 }
        optim: { epochs: 1, batch: 4, batchNormGroup: 2 }
        run: { precision: fp32 }
        """;

    public static TheoryData<string> Blocks => [.. CodeBlock.All.Select(block => block.ToString())];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_block_is_a_whole_program_that_compiles_without_a_warning(string block)
    {
        using MemoryStream program = new();
        CodeBlock.All.Single(one => one.ToString() == block).Compile(program);
    }

    [Fact]
    public void They_run_one_after_the_other_in_one_folder()
    {
        // What the programs name is here before they start, or another of them makes it: `run` is the README's.
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["mine.yaml"], Recipe);
        WriteScenes(folder["photos"], seed: 1);
        foreach (string part in (string[])["train", "val"])
        {
            WriteScenes(folder["flowers", part, "daisy"], seed: 2);
            WriteScenes(folder["flowers", part, "rose"], seed: 3);
        }

        Assert.Contains(CodeBlock.All, block => block.Document == "README.md");
        foreach (CodeBlock block in CodeBlock.All)
        {
            if (block.Code.Contains("\"backbone.onnx\"", StringComparison.Ordinal))
            {
                WeightExport.Write(folder["run"], folder["backbone.onnx"], new ExportOptions { Format = WeightFormat.Onnx });
            }

            (block with { Code = block.Code.Replace("\"small\"", "\"mine.yaml\"", StringComparison.Ordinal) }).Run(folder.Path);
        }

        using WeightFile exported = WeightFile.Open(folder["backbone.pth"]);
        Assert.True(exported.Contains("state_dict.backbone.conv1.weight"), string.Join(", ", exported.Keys.Take(3)));
    }

    private static void WriteScenes(string folder, ulong seed)
    {
        using TemporaryFolder scenes = new();
        SceneOptions small = new() { Width = 64, Height = 64 };
        SceneDataset.Write(scenes["all"], small, 8, seed, cancellationToken: TestContext.Current.CancellationToken);
        Directory.CreateDirectory(folder);
        foreach (string image in Directory.EnumerateFiles(scenes["all", "images"]))
        {
            File.Move(image, Path.Combine(folder, Path.GetFileName(image)));
        }
    }
}
