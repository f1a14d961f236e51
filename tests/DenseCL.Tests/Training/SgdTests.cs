using DenseCL.Compute;
using DenseCL.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Training;

public class SgdTests
{
    [Fact]
    public void It_moves_a_network_as_libtorchs_own_optimiser_does()
    {
        using DisposeScope scope = NewDisposeScope();
        using var ours = nn.Sequential(("a", nn.Linear(5, 7)), ("b", nn.Linear(7, 3)));
        using var theirs = nn.Sequential(("a", nn.Linear(5, 7)), ("b", nn.Linear(7, 3)));
        theirs.load_state_dict(ours.state_dict());
        using ParameterVector parameters = new(ours, trainable: true);
        using Sgd sgd = new(parameters, 0.9, 0.01);
        using optim.Optimizer reference = optim.SGD(theirs.parameters(), 0.1, 0.9, weight_decay: 0.01);
        for (int step = 0; step < 4; step++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor input = randn(6, 5);
            double rate = 0.1 / (step + 1);
            parameters.Gradients!.zero_();
            ours.forward(input).square().mean().backward();
            sgd.Step(rate);

            reference.zero_grad();
            theirs.forward(input).square().mean().backward();
            foreach (var group in reference.ParamGroups)
            {
                group.LearningRate = rate;
            }

            reference.step();
        }

        foreach ((var a, var b) in ours.parameters().Zip(theirs.parameters()))
        {
            Assert.True(a.allclose(b, 1e-5, 1e-7));
        }
    }

    [Fact]
    public void Parameters_are_views_of_one_vector_and_keep_their_values()
    {
        using DisposeScope scope = NewDisposeScope();
        using var module = nn.Linear(3, 2);
        float[] before = [.. module.weight!.data<float>(), .. module.bias!.data<float>()];
        using ParameterVector parameters = new(module, trainable: false);
        Assert.Equal(before, parameters.Values.data<float>().ToArray());
        parameters.Values.fill_(2);
        Assert.All(module.weight!.data<float>().ToArray(), value => Assert.Equal(2, value));
        Assert.False(module.weight!.requires_grad);
    }
}
