using DenseCL.Compute;
using DenseCL.Platform;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>
/// The initialisation of networks. Each parameter has a random stream of its own name, so an additional layer does not change the numbers
/// of the others.
/// </summary>
public static class Initialisation
{
    /// <summary>
    /// Every module initialises its own parameters. As in the paper, a ResNet's convolutions and the global head's weights are Kaiming
    /// normal over fan-in, N(0, 2 / fan-in), with zero biases. A MobileNet's convolutions use fan-out, as torchvision's do. The dense
    /// head's convolutions have PyTorch's default, U(±1/√fan-in), for weights and biases. Batch norm starts with 1 and 0.
    /// </summary>
    /// <param name="module">A network of this library.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="NotSupportedException">A module has parameters and does not know how to initialise them.</exception>
    public static void Initialise(this nn.Module module, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(module);
        using IDisposable noGrad = no_grad();
        InitialiseAll(module, "", seed);
    }

    /// <summary>Initialises a weight whose first dimension is the outputs.</summary>
    internal static void Start(this Parameter weight, StartValues start, CounterRandom random)
    {
        if (start == StartValues.Uniform)
        {
            Uniform(weight, weight, random);
            return;
        }

        long fan = start == StartValues.KaimingFanIn ? FanIn(weight) : weight.numel() / weight.shape[1];
        double deviation = Math.Sqrt(2.0 / fan);
        Fill(weight, () => deviation * random.NextNormal());
    }

    /// <summary>Initialises a bias in the way that goes with its weight.</summary>
    internal static void StartBias(this Parameter bias, StartValues start, Parameter weight, CounterRandom random)
    {
        if (start == StartValues.Uniform)
        {
            Uniform(bias, weight, random);
        }
        else
        {
            bias.Fill(0);
        }
    }

    /// <summary>Makes a tensor of unit vectors, uniform on the sphere: the content of the queues before they contain real keys.</summary>
    internal static Tensor RandomUnitVectors(long count, long length, ulong seed, RandomPurpose purpose)
    {
        using DisposeScope scope = NewDisposeScope();
        CounterRandom random = new(seed, (ulong)purpose);
        Tensor vectors = empty(count, length);
        Fill(vectors, () => random.NextNormal());
        return nn.functional.normalize(vectors, 2, 1).MoveToOuterDisposeScope();
    }

    private static void InitialiseAll(nn.Module module, string prefix, ulong seed)
    {
        if (module is IInitialised layer)
        {
            layer.Initialise(name => new CounterRandom(seed, (ulong)RandomPurpose.Initialisation, StableHash(prefix + name)));
        }
        else if (module.named_parameters(recurse: false).Any())
        {
            throw new NotSupportedException(
                $"{module.GetName()} has parameters and does not say their start values: implement {nameof(IInitialised)}.");
        }

        foreach ((string name, nn.Module child) in module.named_children())
        {
            InitialiseAll(child, $"{prefix}{name}.", seed);
        }
    }

    private static void Uniform(Parameter parameter, Parameter weight, CounterRandom random)
    {
        double bound = 1 / Math.Sqrt(FanIn(weight));
        Fill(parameter, () => random.NextDouble(-bound, bound));
    }

    private static long FanIn(Parameter weight) => weight.numel() / weight.shape[0];

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

        GC.KeepAlive(target);   // an address keeps nothing alive
    }

    /// <summary>FNV-1a: unlike <see cref="string.GetHashCode()"/> it is the same in every process.</summary>
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
