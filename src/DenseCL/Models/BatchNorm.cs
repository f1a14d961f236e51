using System.Runtime.InteropServices;
using DenseCL.Compute;
using DenseCL.Compute.Tiles;
using DenseCL.Platform;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models;

/// <summary>
/// Batch normalisation of (N, C, H, W) over N, H and W with PyTorch's parameters, buffers and defaults. The addition of a shortcut and the
/// ReLU that follow it in a residual network are included.
/// </summary>
internal sealed class BatchNorm : nn.Module, IInitialised
{
    private readonly double epsilon;
    private readonly double momentum;
    private readonly Parameter weight;
    private readonly Parameter bias;

    // PyTorch's names, which are used in files.
    private readonly Tensor running_mean;
    private readonly Tensor running_var;
    private readonly Tensor num_batches_tracked;

    /// <param name="channels">C</param>
    /// <param name="epsilon">Added to the variance; PyTorch's default.</param>
    /// <param name="momentum">How far the running statistics move towards those of a batch, 0 … 1; PyTorch's default.</param>
    public BatchNorm(long channels, double epsilon = 1e-5, double momentum = 0.1)
        : base(nameof(BatchNorm))
    {
        (this.epsilon, this.momentum) = (epsilon, momentum);
        weight = Parameters.Empty(channels);
        bias = Parameters.Empty(channels);
        running_mean = zeros(channels).DetachFromDisposeScope();
        running_var = ones(channels).DetachFromDisposeScope();
        num_batches_tracked = torch.tensor(0L).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>y = max(0, γ (x − mean) / √(variance + ε) + β + shortcut).</summary>
    /// <param name="x">(N, C, H, W). Without a tape and without libtorch's gradients its memory is reused for the result.</param>
    /// <param name="tape">Records the backward pass. Without one there is no backward pass, or libtorch's.</param>
    /// <param name="relu">Whether negative numbers become 0.</param>
    /// <param name="shortcut">(N, C, H, W), or null</param>
    public Activation forward(Activation x, Tape? tape, bool relu, Activation? shortcut = null)
    {
        // The kernel's gradients are those of the batch's own statistics.
        bool libtorchs = (tape is null ? is_grad_enabled() : !training) || !Kernels.TakeBatchNorm(x.Value, weight);
        return (libtorchs, x.Value.dtype) switch
        {
            (false, ScalarType.Float32) => Fused<Float32Lanes>(x, tape, relu, shortcut),
            (false, ScalarType.BFloat16) => Fused<BFloat16Lanes>(x, tape, relu, shortcut),
            _ => Plain(x, tape, relu, shortcut),
        };
    }

    /// <summary>Adds batch norm alone, with the running statistics, to a graph.</summary>
    public string Describe(NetworkGraph graph, string name, string x) =>
        graph.Add(
            "BatchNormalization",
            name,
            [x, $"{name}.weight", $"{name}.bias", $"{name}.running_mean", $"{name}.running_var"],
            ("epsilon", (float)epsilon));

    /// <inheritdoc/>
    public void Initialise(Func<string, CounterRandom> random)
    {
        weight.Fill(1);
        bias.Fill(0);
        running_mean.Fill(0);
        running_var.Fill(1);
        num_batches_tracked.Fill(0);
    }

    private Activation Plain(Activation x, Tape? tape, bool relu, Activation? shortcut)
    {
        if (training)
        {
            using IDisposable noGrad = no_grad();
            num_batches_tracked.Increment();
        }

        return tape is null
            ? new Activation(Compute(x.Value, weight, bias, shortcut?.Value))
            : tape.Apply(
                shortcut is null ? [x] : [x, shortcut],
                [weight, bias],
                weight.dtype,
                (inputs, w) => Compute(inputs[0], w[0], w[1], inputs.ElementAtOrDefault(1)));

        Tensor Compute(Tensor input, Tensor gamma, Tensor beta, Tensor? other)
        {
            Tensor y = nn.functional.batch_norm(input, running_mean, running_var, gamma, beta, training, momentum, epsilon);
            y = other is null ? y : y.Plus(other);
            return relu ? y.relu() : y;
        }
    }

    private unsafe Activation Fused<T>(Activation x, Tape? tape, bool relu, Activation? shortcut)
        where T : struct, ILanes
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();   // a view that is left over would keep the storage after the activation is freed
        Tensor input = x.Value.ChannelsLast();
        Tensor? other = shortcut is null ? null : shortcut.Value.ChannelsLast();
        int channels = (int)weight.numel(),
            rows = checked((int)(input.numel() / channels));
        double[] mean = new double[channels],
            variance = new double[channels],
            inverseDeviation = new double[channels],
            scale = new double[channels];
        if (training)
        {
            BatchNormKernel<T>.Statistics(input.Address(), rows, mean, variance);
            Follow(mean, variance, rows);
        }
        else
        {
            Widen(Numbers(running_mean), mean);
            Widen(Numbers(running_var), variance);
        }

        float[] beta = Numbers(bias).ToArray();
        Span<float> gamma = Numbers(weight);
        for (int c = 0; c < channels; c++)
        {
            inverseDeviation[c] = 1 / Math.Sqrt(variance[c] + epsilon);
            scale[c] = gamma[c] * inverseDeviation[c];
        }

        Tensor y = tape is null ? input : empty_like(input);
        BatchNormKernel<T>.Apply(input.Address(), other.Address(), relu, y.Address(), rows, mean, scale, beta);
        GC.KeepAlive((input, other));   // an address keeps nothing alive
        foreach (Tensor kept in (Tensor[])[y, input])
        {
            if (!ReferenceEquals(kept, x.Value))
            {
                kept.MoveToOuterDisposeScope();
            }
        }

        Activation output = new(y);
        tape?.Record(() =>
        {
            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            (Tensor first, Tensor? second) = shortcut is null ? (output.Take(), null) : output.TakeParts();
            Tensor dy = first.ChannelsLast();
            Tensor dx = shortcut is null ? dy : empty_like(input);
            BatchNormKernel<T>.Backward(
                input.Address(),
                relu && shortcut is not null ? y.Address() : null,
                dy.Address(),
                (second?.ChannelsLast()).Address(),
                relu,
                keepDz: shortcut is not null,
                dx.Address(),
                rows,
                mean,
                scale,
                beta,
                inverseDeviation,
                Numbers(weight.grad!),
                Numbers(bias.grad!));
            x.Receive(dx);
            shortcut?.Receive(dy);
            second?.Dispose();
            if (!ReferenceEquals(dy, first))
            {
                first.Dispose();
            }

            if (!ReferenceEquals(input, x.Value))
            {
                input.Dispose();
            }

            y.Dispose();
        });
        return output;
    }

    /// <summary>Moves the running statistics towards those of the batch; the running variance is the unbiased one.</summary>
    private void Follow(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, int rows)
    {
        Span<float> runningMean = Numbers(running_mean), runningVariance = Numbers(running_var);
        double unbiased = rows / Math.Max(rows - 1.0, 1);
        for (int c = 0; c < mean.Length; c++)
        {
            runningMean[c] = (float)((momentum * mean[c]) + ((1 - momentum) * runningMean[c]));
            runningVariance[c] = (float)((momentum * (variance[c] * unbiased)) + ((1 - momentum) * runningVariance[c]));
        }

        num_batches_tracked.Increment();
    }

    private static void Widen(ReadOnlySpan<float> from, Span<double> into)
    {
        for (int i = 0; i < from.Length; i++)
        {
            into[i] = from[i];
        }
    }

    private static Span<float> Numbers(Tensor x) => MemoryMarshal.Cast<byte, float>(x.bytes);
}
