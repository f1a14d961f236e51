using System.Text.Json;

namespace DenseCL.Tests.Method;

/// <summary>A short training run of the reference implementation, as tests/Golden/Runs/README.md describes it.</summary>
internal sealed record GoldenRun(
    GoldenConfig Config,
    Dictionary<string, double>[] Losses,
    Dictionary<string, GoldenTensor> FinalState,
    Dictionary<string, long[]> Keys,
    GoldenTolerance Tolerance)
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static GoldenRun Read(string path) => JsonSerializer.Deserialize<GoldenRun>(File.ReadAllText(path), SnakeCase)!;
}

internal sealed record GoldenConfig(
    int Depth,
    int Size,
    int Batch,
    int Steps,
    double Lam,
    int Grid,
    int Queue,
    double Lr,
    double Momentum,
    int Moco,
    double Temp,
    int Ranks,
    double WeightDecay,
    double SgdMomentum);

internal sealed record GoldenTensor(double Mean, double L2, double[] First);

internal sealed record GoldenTolerance(double[] LossRelativePerStep, double FinalL2Relative);
