using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>Arithmetic of tensors with scalars that are kept alive until libtorch has read them.</summary>
/// <remarks>
/// TorchSharp creates a temporary <see cref="Scalar"/> for a number, and for the 1 inside <c>x.add_(y)</c> and <c>x + y</c>. Nothing keeps
/// it alive: the garbage collector may free it while it is read. <c>BannedSymbols.txt</c> forbids all calls that create one. Use these
/// methods, or keep the scalar alive as they do.
/// </remarks>
internal static class TensorArithmetic
{
    private static readonly Scalar One = 1.ToScalar(), Two = 2.ToScalar();

    /// <summary>x + y</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>1 − x</summary>
    public static Tensor OneMinus(this Tensor x) => x.negative().add(One, One);

    /// <summary>x²</summary>
    public static Tensor Square(this Tensor x) => x.pow(Two);

    /// <summary>x · factor</summary>
    public static Tensor Times(this Tensor x, double factor)
    {
        using Scalar held = factor.ToScalar();
        return x.mul(held);
    }

    /// <summary>x / divisor</summary>
    public static Tensor Over(this Tensor x, double divisor)
    {
        using Scalar held = divisor.ToScalar();
        return x.div(held);
    }

    /// <summary>x ← x + y</summary>
    public static Tensor AddInPlace(this Tensor x, Tensor y) => x.add_(y, One);

    /// <summary>x ← x + factor · y</summary>
    public static Tensor AddInPlace(this Tensor x, Tensor y, double factor)
    {
        using Scalar held = factor.ToScalar();
        return x.add_(y, held);
    }

    /// <summary>x ← x · factor</summary>
    public static Tensor MultiplyInPlace(this Tensor x, double factor)
    {
        using Scalar held = factor.ToScalar();
        return x.mul_(held);
    }

    /// <summary>x ← x / divisor</summary>
    public static Tensor DivideInPlace(this Tensor x, double divisor)
    {
        using Scalar held = divisor.ToScalar();
        return x.div_(held);
    }

    /// <summary>min(x, limit)</summary>
    public static Tensor AtMost(this Tensor x, double limit)
    {
        using Scalar held = limit.ToScalar();
        return x.clamp_max(held);
    }

    /// <summary>max(x, limit)</summary>
    public static Tensor AtLeast(this Tensor x, double limit)
    {
        using Scalar held = limit.ToScalar();
        return x.clamp_min(held);
    }

    /// <summary>x &gt; limit: bool</summary>
    public static Tensor Exceeds(this Tensor x, double limit)
    {
        using Scalar held = limit.ToScalar();
        return x.gt(held);
    }

    /// <summary>x ← value, everywhere</summary>
    public static Tensor Fill(this Tensor x, double value)
    {
        using Scalar held = value.ToScalar();
        return x.fill_(held);
    }

    /// <summary>x ← x + 1</summary>
    public static Tensor Increment(this Tensor x) => x.add_(One, One);
}
