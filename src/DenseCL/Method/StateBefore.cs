using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Method;

/// <summary>Tensors as they were before a step. If the step fails, it leaves no trace.</summary>
/// <remarks>This costs a copy of the key encoder in memory and one pass over it per step, below a hundredth of a step's time.</remarks>
internal sealed class StateBefore : IDisposable
{
    private readonly Tensor[] live;
    private readonly Tensor[] copies;

    /// <summary>Prepares to save tensors that a step changes in place.</summary>
    /// <param name="live">The tensors, of any shape and type.</param>
    public StateBefore(IEnumerable<Tensor> live)
    {
        using DisposeScope scope = NewDisposeScope();
        this.live = [.. live];
        copies = [.. this.live.Select(tensor => empty_like(tensor).DetachFromDisposeScope())];
    }

    /// <summary>Copies all of them.</summary>
    public void Remember() => Copy(live, copies);

    /// <summary>Restores all of them.</summary>
    public void Restore() => Copy(copies, live);

    private static void Copy(Tensor[] from, Tensor[] to)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach ((Tensor source, Tensor target) in from.Zip(to))
        {
            target.copy_(source);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(copies, copy => copy.Dispose());
}
