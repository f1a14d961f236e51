using DenseCL.Compute;
using DenseCL.Platform;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Models.Heads;

/// <summary>
/// Two linear maps with a ReLU between, (…, C) → (…, D), without batch norm. The global head is this on pooled vectors; the dense head is
/// this at every position, and its weights keep the shape (out, in, 1, 1) of the 1×1 convolutions they are.
/// </summary>
internal sealed class ProjectionHead : nn.Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    /// <param name="channels">C, of the input and the hidden layer.</param>
    /// <param name="embedding">D, of the output.</param>
    /// <param name="dense">Whether the weights have the shape of 1×1 convolutions.</param>
    public ProjectionHead(long channels, long embedding, bool dense)
        : base(nameof(ProjectionHead))
    {
        // The numbers are those of PyTorch's Sequential(linear, relu, linear).
        layers = nn.Sequential(("0", new Affine(channels, channels, dense)), ("1", nn.ReLU(inplace: true)), ("2", new Affine(channels, embedding, dense)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.forward(input);

    private sealed class Affine : nn.Module<Tensor, Tensor>, IInitialised
    {
        private readonly bool dense;
        private readonly Parameter weight;
        private readonly Parameter bias;

        public Affine(long inChannels, long outChannels, bool dense)
            : base(nameof(Affine))
        {
            this.dense = dense;
            weight = dense ? Owned.Parameter(outChannels, inChannels, 1, 1) : Owned.Parameter(outChannels, inChannels);
            bias = Owned.Parameter(outChannels);
            RegisterComponents();
        }

        // As the reference implementation has it: its Kaiming start reaches linear layers only, and convolutions keep PyTorch's.
        public void Initialise(Func<string, CounterRandom> random)
        {
            if (dense)
            {
                weight.UniformOverFanIn(weight, random(nameof(weight)));
                bias.UniformOverFanIn(weight, random(nameof(bias)));
            }
            else
            {
                weight.KaimingNormal(random(nameof(weight)));
                bias.Fill(0);
            }
        }

        public override Tensor forward(Tensor input) => Pointwise.Linear(input, weight.to_type(input.dtype), bias.to_type(input.dtype));
    }
}
