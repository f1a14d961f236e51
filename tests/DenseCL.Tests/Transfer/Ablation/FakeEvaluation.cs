using DenseCL.Models.Backbones;
using DenseCL.Transfer.Ablation;
using DenseCL.Transfer.Features;
using DenseCL.Transfer.Protocols;
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
    public static EvaluationKinds Kinds(Action<BackboneSource, ulong>? measured = null) => new()
    {
        { "fake", (_, options) => new FakeEvaluation(options.Read<FakeOptions>(), measured) },
        { "other", (_, options) => new FakeEvaluation(options.Read<FakeOptions>() with { Name = options.Read<FakeName>().Title }, measured) },
    };
}

internal sealed record FakeOptions
{
    public int Stride
    {
        get;
        init => field = value is 8 or 16 or 32 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The stride must be 8, 16 or 32.");
    } = 32;

    public string? Name { get; init; }
}

internal sealed record FakeName
{
    public string Title { get; init; } = "";

    public IReadOnlyList<string> NotInYaml { get; init; } = [];
}
