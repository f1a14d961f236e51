using DenseCL.Models.Backbones;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols;
using DenseCL.Transfer.Protocols.Definitions;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Ablation;

/// <summary>Measures a share that changes with any weight of the backbone, in no time.</summary>
internal sealed class FakeEvaluation(FakeOptions options, Action<BackboneSource, ulong>? measured) : IEvaluation
{
    public string Name => "fake";

    public string Fingerprint => OptionsFingerprint.Of(options);

    public IReadOnlyList<KeyValuePair<string, double>> Measure(BackboneSource backbone, ulong seed, CancellationToken stop)
    {
        measured?.Invoke(backbone, seed);
        stop.ThrowIfCancellationRequested();
        using DisposeScope scope = NewDisposeScope();
        using Backbone network = backbone.Build();
        double sum = network.state_dict().Values.Sum(tensor => tensor.to(ScalarType.Float64).abs().sum().item<double>());
        return [new("share", sum - Math.Floor(sum)), new("stride", options.Stride * 100), new("missing", double.NaN)];
    }

    /// <summary>The kinds of a program in which there are "fake" and "other".</summary>
    /// <param name="measured">Told whenever something is measured.</param>
    public static IReadOnlyList<EvaluationDefinition> Kinds(Action<BackboneSource, ulong>? measured = null) =>
        [
            new FakeDefinition("fake", (options, _) => new FakeEvaluation(options, measured)),
            new FakeDefinition(
                "other",
                (options, input) => new FakeEvaluation(options with { Name = input.Options.Read<FakeName>().Title }, measured)),
        ];
}

/// <summary>All that a program has to write for an evaluation of its own.</summary>
internal sealed class FakeDefinition(string name, Func<FakeOptions, EvaluationInput, IEvaluation> make) : EvaluationDefinition<FakeOptions>
{
    public override string Name => name;

    public override string Asks => "nothing";

    public override string Summary => "Measures nothing.";

    public override string Examples => "densecl eval fake --untrained resnet18 --images photos";

    public override EvaluationData Data => EvaluationData.Images;

    public override IReadOnlyList<Figure> Figures =>
        [
            new("share", FigureUnit.Share, "a share") { Older = "part" },
            new("stride", FigureUnit.Number, "a number"),
            new("missing", FigureUnit.Number, "nothing"),
        ];

    protected override IEvaluation Make(FakeOptions options, EvaluationInput input) => make(options, input);
}

internal sealed record FakeOptions
{
    public int Stride
    {
        get;
        init =>
            field = value is 8 or 16 or 32
                ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, "The stride must be 8, 16 or 32.");
    } = 32;

    public string? Name { get; init; }
}

internal sealed record FakeName
{
    public string Title { get; init; } = "";

    public IReadOnlyList<TimeSpan> NotInYaml { get; init; } = [];
}
