using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>The output of a layer and, in the backward pass, its gradient.</summary>
/// <param name="value">(N, C, H, W), laid out channels-last.</param>
/// <param name="needsGradient">Whether any layer before it is trained.</param>
internal sealed class Activation(Tensor value, bool needsGradient = true)
{
    private Tensor? gradient;
    private Tensor? second;

    public Tensor Value { get; } = value;

    public bool NeedsGradient { get; } = needsGradient;

    /// <summary>Takes the gradient from one of the layers that read this activation.</summary>
    public void Receive(Tensor part)
    {
        part.DetachFromDisposeScope();
        if (gradient is null)
        {
            gradient = part;
        }
        else if (second is null)
        {
            second = part;
        }
        else
        {
            gradient.AddInPlace(part);
            part.Dispose();
        }
    }

    /// <summary>The gradient, in one or two parts that must still be added; the caller now owns them.</summary>
    public (Tensor Gradient, Tensor? Second) TakeParts()
    {
        (Tensor? first, Tensor? other) = (gradient, second);
        (gradient, second) = (null, null);
        return (first ?? throw new InvalidOperationException("Nothing that reads this activation sent a gradient back."), other);
    }

    /// <summary>The gradient; the caller now owns it.</summary>
    public Tensor Take()
    {
        (Tensor first, Tensor? other) = TakeParts();
        if (other is not null)
        {
            using DisposeScope scope = NewDisposeScope();
            first.AddInPlace(other);
            other.Dispose();
        }

        return first;
    }
}
