namespace DenseCL.Benchmarks.Compare;

/// <summary>A training step.</summary>
internal sealed record Work(string Arch, int Size, int Batch, int Queue, string Method = "densecl")
{
    public override string ToString() =>
        FormattableString.Invariant(
            $"{Arch.Replace("resnet", "ResNet-", StringComparison.Ordinal)}, {Size} px, batch {Batch}, queue {Queue:N0}");
}
