using DenseCL.Data.Scenes;
using DenseCL.Data.Sources;
using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Protocols.Definitions;

namespace DenseCL.Tests.Transfer.Ablation;

/// <summary>Rendered scenes and an ablation whose runs are 4 steps of a ResNet-18 each.</summary>
internal sealed class TinyAblation : IDisposable
{
    private const string Start =
        """
        recipe: small
        set: { data.size: 64, optim.batch: 6, optim.batchNormGroup: 3, method.queue: 18, optim.epochs: 1, run.logEvery: 1, run.keep: 1, run.precision: fp32 }

        """;

    private readonly TemporaryFolder folder = new();

    public TinyAblation()
    {
        SceneDataset.Write(folder["scenes"], new SceneOptions { Width = 64, Height = 64 }, 24, 1);
        Directory.CreateDirectory(Data);
        File.WriteAllText(folder["labelled", "x"], "label");
    }

    public static string Yaml { get; } = Start +
        """
        seeds: [0, 1]
        untrained: true
        baseline: MoCo-v2
        variants:
          MoCo-v2: { method.lambda: 0 }
          DenseCL: { method.lambda: 0.5 }
        evaluate:
          - fake: { stride: 8 }
          - other

        """;

    public string Data => folder["labelled"];

    public string Images => folder["scenes", "images"];

    public string this[params string[] parts] => folder[parts];

    public void Dispose() => folder.Dispose();

    public AblationRun Open(AblationFolder to, string? yaml = null, IReadOnlyList<EvaluationDefinition>? kinds = null) =>
        new(
            AblationReader.Parse(yaml ?? Yaml, "a.yaml"),
            kinds ?? FakeEvaluation.Kinds(),
            ImageSource.Open(Images),
            Data,
            to,
            TestContext.Current.CancellationToken);
}
