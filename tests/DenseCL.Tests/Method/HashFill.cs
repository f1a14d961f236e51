using DenseCL.Method;
using DenseCL.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Method;

/// <summary>The numbers that a golden run starts from: each a hash of a name and an index (tests/Golden/Runs/README.md).</summary>
internal static class HashFill
{
    public static float[] Values(string name, long count, double low, double high)
    {
        ulong h = 0xcbf29ce484222325;
        foreach (byte b in System.Text.Encoding.UTF8.GetBytes(name))
        {
            h = (h ^ b) * 0x100000001b3;
        }

        float[] values = new float[count];
        for (long i = 0; i < count; i++)
        {
            ulong z = h + (((ulong)i + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            double u = (z >> 40) / (double)(1 << 24);
            values[i] = (float)(low + ((high - low) * u));
        }

        return values;
    }

    /// <summary>Gives a method the numbers that every golden run starts from.</summary>
    public static void Start(DenseContrast method)
    {
        Fill(method.QueryEncoder);
        method.KeyEncoder.load_state_dict(method.QueryEncoder.state_dict());
        Fill(method.GlobalQueue, "queue");
        Fill(method.DenseQueue, "queue2");
    }

    /// <summary>The encoder's parameters and buffers under the reference's names.</summary>
    public static Dictionary<string, Tensor> Named(Encoder encoder, string prefix) => encoder.state_dict().ToDictionary(
        entry => prefix + "." + entry.Key
            .Replace("backbone.", "0.", StringComparison.Ordinal)
            .Replace("globalHead.layers.", "1.mlp.", StringComparison.Ordinal)
            .Replace("denseHead.layers.", "1.mlp2.", StringComparison.Ordinal),
        entry => entry.Value,
        StringComparer.Ordinal);

    private static void Fill(Encoder encoder)
    {
        using IDisposable noGrad = no_grad();
        foreach ((string key, Tensor tensor) in Named(encoder, "encoder_q"))
        {
            if (key.Contains("running_", StringComparison.Ordinal) || key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            {
                continue;   // as initialised: 0, 1 and 0
            }

            using DisposeScope scope = NewDisposeScope();
            double bound = Math.Sqrt(6.0 * tensor.shape[0] / tensor.numel());
            (double low, double high) =
                tensor.dim() > 1 ? (-bound, bound)
                : key.EndsWith(".bias", StringComparison.Ordinal) ? (-0.05, 0.05)
                : (0.9, 1.1);
            tensor.copy_(torch.tensor(Values(key, tensor.numel(), low, high)).view(tensor.shape));
        }
    }

    private static void Fill(NegativeQueue? queue, string name)
    {
        if (queue is not null)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor numbers = torch.tensor(Values(name, queue.Keys.numel(), -1, 1)).to_type(queue.Keys.dtype);
            Tensor columns = numbers.view(queue.Keys.shape[1], queue.Keys.shape[0]);                      // (D, K)
            queue.Keys.copy_(nn.functional.normalize(columns, 2, 0).t());
        }
    }
}
