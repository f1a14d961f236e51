using System.Numerics;

namespace DenseCL.Platform;

/// <summary>
/// A counter-based generator: number n of a stream is a hash of (key, n) and of nothing else. A stream keyed by (seed, purpose, epoch,
/// image, view) is therefore the same whatever the number of threads, and can be entered at any point.
/// </summary>
/// <remarks>The hash is SplitMix64's finaliser (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).</remarks>
internal struct CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private readonly ulong key;
    private ulong counter;

    /// <summary>Opens the stream of a key.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="parts">What the numbers are for, such as (purpose, epoch, image, view); the order matters.</param>
    public CounterRandom(ulong seed, params ReadOnlySpan<ulong> parts)
    {
        ulong mixed = Mix(seed + Golden);
        foreach (ulong part in parts)
        {
            mixed = Mix((BitOperations.RotateLeft(mixed, 23) ^ Mix(part + Golden)) + Golden);
        }

        key = mixed;
    }

    /// <summary>The next 64 uniform bits.</summary>
    public ulong NextBits() => Mix(key + (++counter * Golden));

    /// <summary>The next number, uniform in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next number, uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double NextDouble(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>The next integer, uniform in [0, <paramref name="bound"/>).</summary>
    /// <param name="bound">At least 1.</param>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)Math.BigMul(NextBits(), (ulong)bound, out _);
    }

    /// <summary>The next number of a normal distribution with mean 0 and standard deviation 1 (Box and Muller's cosine branch).</summary>
    public double NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(Math.Tau * NextDouble());
    }

    /// <summary>A uniform permutation of 0 … <paramref name="count"/> − 1 (Fisher and Yates).</summary>
    /// <param name="count">At least 0.</param>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
