using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>
/// The backward pass of a network, recorded layer by layer in its forward pass. Convolutions and batch norm are differentiated by this
/// library's own kernels, everything else by libtorch. The tape connects the two, and frees each activation right after its last use.
/// </summary>
/// <remarks>
/// The backward pass is not in libtorch's own graph, as functions of TorchSharp's <c>autograd.SingleTensorFunction</c>. That was tried,
/// with a function for each convolution and batch norm (TorchSharp 0.107, bfloat16, forward and backward of the backbone, processor time of
/// one thread). The time grew by 1 to 4 % for a ResNet-18 (64 images of 96 pixels) and by 6 % for a ResNet-50 (16 of 224). Peak memory grew
/// from 580 to 1,046 and from 1,174 to 2,840 MB, because a node of TorchSharp keeps the gradients that its function returned until the
/// whole graph is freed.
/// The sums also differ. libtorch adds the two gradients of a block's input in bfloat16, <see cref="Models.BatchNorm"/> in single precision
/// as part of its pass. And a gradient from libtorch may be shared, so a layer that overwrites it needs a copy.
/// </remarks>
internal sealed class Tape
{
    private readonly Stack<Action> steps = [];

    /// <summary>Records the backward step of a layer. Steps run in the opposite order, each once.</summary>
    public void Record(Action backward) => steps.Push(backward);

    /// <summary>Computes a layer that libtorch knows how to differentiate.</summary>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="parameters">Its parameters; their gradients are added to what is there.</param>
    /// <param name="type">The type to which the layer's parameters are converted.</param>
    /// <param name="layer">The layer as a function of inputs and parameters.</param>
    public Activation Apply(Activation[] inputs, Parameter[] parameters, ScalarType type, Func<Tensor[], Tensor[], Tensor> layer)
    {
        using IDisposable grad = enable_grad();
        using DisposeScope scope = NewDisposeScope();   // a view that is left over would keep the storage after the activation is freed
        Tensor[] x = [.. inputs.Select(input => Leaf(input.Value.detach(), input.NeedsGradient))];
        Tensor[] w = [.. parameters.Select(parameter => Leaf(parameter.detach().to_type(type), true))];
        Tensor y = layer(x, w);
        Activation output = new(y.detach());
        foreach (Tensor kept in (Tensor[])[y, .. x, .. w, output.Value])
        {
            kept.MoveToOuterDisposeScope();
        }

        Record(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            using Tensor dy = output.Take();
            IList<Tensor> gradients = autograd.grad([y], [.. x.Where(leaf => leaf.requires_grad), .. w], [dy]);
            int next = 0;
            foreach (Activation input in inputs.Where(input => input.NeedsGradient))
            {
                input.Receive(gradients[next++]);
            }

            using IDisposable noGrad = no_grad();
            foreach (Parameter parameter in parameters)
            {
                parameter.grad!.AddInPlace(gradients[next++]);
            }

            foreach (Tensor used in (Tensor[])[y, .. x, .. w, output.Value])
            {
                used.Dispose();
            }
        });
        return output;

        static Tensor Leaf(Tensor tensor, bool learns)
        {
            tensor.requires_grad = learns;
            return tensor;
        }
    }

    /// <summary>Runs all steps backwards.</summary>
    public void Backward()
    {
        while (steps.TryPop(out Action? step))
        {
            step();
        }
    }
}
