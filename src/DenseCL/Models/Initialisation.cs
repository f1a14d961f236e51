using DenseCL.Compute;
using DenseCL.Platform;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>The start values of the paper's networks, each parameter from a random stream of its own name, so that one more layer moves no other's numbers.</summary>
public static class Initialisation
{
    /// <summary>
    /// Backbone convolutions and the global head's weights Kaiming normal over fan-in, N(0, 2 / fan-in), with zero biases; the dense head's
    /// convolutions PyTorch's default, U(±1/√fan-in) for weights and biases; batch norm 1 and 0.
    /// </summary>
    /// <param name="module">A network of this library.</param>
    /// <param name="seed">The run's seed.</param>
    public static void Initialise(this nn.Module module, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(module);
        using IDisposable noGrad = no_grad();
        long denseFanIn = 1;
        foreach ((string name, Parameter parameter) in module.named_parameters())
        {
            CounterRandom random = new(seed, (ulong)RandomPurpose.Initialisation, StableHash(name));
            bool weight = parameter.dim() > 1;
            long fanIn = weight ? parameter.numel() / parameter.shape[0] : denseFanIn;
            if (name.StartsWith("denseHead.", StringComparison.Ordinal))
            {
                denseFanIn = fanIn;     // a bias follows its weight and shares its fan-in
                double bound = 1 / Math.Sqrt(fanIn);
                Fill(parameter, () => random.NextDouble(-bound, bound));
            }
            else if (weight)
            {
                double deviation = Math.Sqrt(2.0 / fanIn);
                Fill(parameter, () => deviation * random.NextNormal());
            }
            else
            {
                parameter.Fill(name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0);
            }
        }

        foreach ((string name, Tensor buffer) in module.named_buffers())
        {
            buffer.Fill(name.EndsWith(".running_var", StringComparison.Ordinal) ? 1 : 0);
        }
    }

    /// <summary>Fills a tensor of unit vectors, uniform on the sphere: the queues before they hold real keys.</summary>
    internal static Tensor RandomUnitVectors(long count, long length, ulong seed, RandomPurpose purpose)
    {
        using DisposeScope scope = NewDisposeScope();
        CounterRandom random = new(seed, (ulong)purpose);
        Tensor vectors = empty(count, length);
        Fill(vectors, () => random.NextNormal());
        return nn.functional.normalize(vectors, 2, 1).MoveToOuterDisposeScope();
    }

    private static unsafe void Fill(Tensor tensor, Func<double> next)
    {
        using DisposeScope scope = NewDisposeScope();
        bool inPlace = tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU && tensor.is_contiguous();
        Tensor target = inPlace ? tensor : empty(tensor.shape, ScalarType.Float32);
        float* values = Memory.Of<float>(target);
        for (long i = 0; i < target.numel(); i++)
        {
            values[i] = (float)next();
        }

        if (!inPlace)
        {
            tensor.copy_(target);
        }

        GC.KeepAlive(target);   // an address holds nothing
    }

    /// <summary>FNV-1a: the same in every process, which <see cref="string.GetHashCode()"/> is not.</summary>
    private static ulong StableHash(string name)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte b in System.Text.Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ b) * 0x100000001b3;
        }

        return hash;
    }
}
