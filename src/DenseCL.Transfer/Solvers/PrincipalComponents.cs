using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Solvers;

/// <summary>
/// Principal components of vectors that come piece by piece: only sums are kept, so the result covers every vector and is independent of
/// the pieces.
/// </summary>
/// <remarks>Of each component the coordinate that is largest in size is positive, so that signs do not change from run to run.</remarks>
internal sealed class PrincipalComponents
{
    private readonly double[] sum;
    private readonly double[] products;     // (C, C)
    private long count;

    /// <summary>Starts with no vectors.</summary>
    /// <param name="channels">C, their length.</param>
    public PrincipalComponents(int channels) => (sum, products) = (new double[channels], new double[channels * channels]);

    /// <summary>Adds vectors.</summary>
    /// <param name="vectors">(n, C).</param>
    public void Add(ReadOnlySpan<float> vectors)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int n = vectors.Length / sum.Length;
        Tensor x = tensor(vectors.ToArray()).view(n, sum.Length).to_type(ScalarType.Float64);
        Accumulate(sum, x.sum(dim: 0));
        Accumulate(products, x.t().mm(x));
        count += n;
    }

    /// <summary>The components with the largest variances.</summary>
    /// <param name="number">How many; at most C.</param>
    /// <returns>The mean (C), the components (number, C) of length 1, and the standard deviation along each.</returns>
    public (double[] Mean, double[,] Components, double[] Deviations) Fit(int number)
    {
        if (count == 0)
        {
            throw new InvalidOperationException("There are no vectors to fit.");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, sum.Length);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int channels = sum.Length;
        double[] mean = [.. sum.Select(total => total / count)];
        Tensor centre = tensor(mean);
        Tensor covariance = tensor(products).view(channels, channels).Times(1.0 / count).Plus(centre.outer(centre).negative());
        (Tensor variances, Tensor vectors) = linalg.eigh(covariance);       // ascending; components are columns
        double[,] components = new double[number, channels];
        double[] deviations = new double[number];
        for (int k = 0; k < number; k++)
        {
            double[] component = [.. vectors.select(1, channels - 1 - k).contiguous().data<double>()];
            double sign = component[IndexOfLargest(component)] < 0 ? -1 : 1;
            for (int c = 0; c < channels; c++)
            {
                components[k, c] = sign * component[c];
            }

            deviations[k] = Math.Sqrt(Math.Max(0, variances[channels - 1 - k].item<double>()));
        }

        return (mean, components, deviations);
    }

    private static void Accumulate(double[] total, Tensor part)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] values = [.. part.contiguous().data<double>()];
        for (int i = 0; i < total.Length; i++)
        {
            total[i] += values[i];
        }
    }

    private static int IndexOfLargest(double[] values)
    {
        int largest = 0;
        for (int i = 1; i < values.Length; i++)
        {
            largest = Math.Abs(values[i]) > Math.Abs(values[largest]) ? i : largest;
        }

        return largest;
    }
}
