using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;
using Convolution = DenseCL.Models.Convolution;

namespace DenseCL.Tests.Models;

public class ConvolutionTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public void On_a_tape_a_map_of_any_layout_gives_libtorchs_gradients(int size, int stride)
    {
        using DisposeScope scope = NewDisposeScope();
        using Convolution convolution = new(64, 128, size, stride);
        using ParameterVector parameters = new(convolution, trainable: true);
        using (no_grad())
        {
            parameters.Values.normal_(0, 0.1);
            parameters.Gradients!.zero_();
        }

        Tensor weight = convolution.parameters().Single();
        Tensor x = randn(2, 64, 7, 5);      // channels before positions in memory
        Tensor leaf = x.clone(), w = weight.detach().clone();
        (leaf.requires_grad, w.requires_grad) = (true, true);
        Tensor expected = nn.functional.conv2d(leaf, w, strides: [stride, stride], padding: [size / 2, size / 2]);
        Tensor dy = randn_like(expected);
        IList<Tensor> gradients = autograd.grad([expected], [leaf, w], [dy]);

        Tape tape = new();
        Activation input = new(x);
        Activation output = convolution.forward(input, tape);
        Close(expected, output.Value);
        output.Receive(dy.clone());
        tape.Backward();
        Close(gradients[0], input.Take());
        Close(gradients[1], weight.grad!);

        static void Close(Tensor right, Tensor result) =>
            Assert.InRange((right - result).abs().max().item<float>(), 0, 1e-4 * right.abs().max().item<float>());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Images_with_their_channels_last_in_the_shape_are_refused(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Backbone backbone = Backbone.Create(BackboneKind.Resnet18);
        backbone.Initialise(0);
        Assert.ThrowsAny<Exception>(() => backbone.forward(zeros([2, 64, 64, 3], type)));      // 64 would do as a number of channels
    }
}
