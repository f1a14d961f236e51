using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>
/// All parameters of a module, moved into one flat tensor of which they become views. The momentum update and SGD are then a handful of
/// operations for the whole network, not one for each of its hundreds of parameters.
/// </summary>
internal sealed class ParameterVector : IDisposable
{
    /// <summary>Moves the parameters of a module, in the order of their names in the module.</summary>
    /// <param name="module">Its parameters must be of one type and on one device.</param>
    /// <param name="trainable">Whether gradients are needed. They accumulate in <see cref="Gradients"/>, and must be zeroed before a
    /// backward pass.</param>
    public ParameterVector(nn.Module module, bool trainable)
    {
        ArgumentNullException.ThrowIfNull(module);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Parameter[] parameters = [.. module.parameters()];
        Values = empty(parameters.Sum(p => p.numel()), parameters[0].dtype, parameters[0].device).DetachFromDisposeScope();
        Gradients = trainable ? zeros_like(Values).DetachFromDisposeScope() : null;
        long start = 0;
        foreach (Parameter parameter in parameters)
        {
            long count = parameter.numel();
            Tensor view = View(Values);
            view.copy_(parameter);
            parameter.requires_grad = false;
            parameter.set_(view);
            parameter.requires_grad = trainable;
            if (Gradients is not null)
            {
                parameter.grad = View(Gradients);
            }

            start += count;

            // Convolution weights (out, in, k, k) lie in memory as (out, k, k, in), for channels-last activations.
            Tensor View(Tensor all)
            {
                Tensor numbers = all.narrow(0, start, count);
                return parameter.shape is [var outputs, var inputs, var height, var width]
                    ? numbers.view(outputs, height, width, inputs).permute(0, 3, 1, 2)
                    : numbers.view(parameter.shape);
            }
        }
    }

    /// <summary>(P): the numbers of all parameters.</summary>
    public Tensor Values { get; }

    /// <summary>(P): their gradients; null if not trainable.</summary>
    public Tensor? Gradients { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        Gradients?.Dispose();
    }
}
