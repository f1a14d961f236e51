using DenseCL.Compute;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Models.Backbones;

/// <summary>
/// A network without its classifier, with torchvision's parameter names and shapes. It maps (N, <see cref="InChannels"/>, H, W) images,
/// RGB or of other channels, normalised, to a feature map (N, <see cref="OutChannels"/>, ⌈H/s⌉, ⌈W/s⌉), where s is <see cref="OutputStride"/>. <see cref="BackboneCatalogue"/> lists
/// all networks.
/// </summary>
/// <remarks>
/// The parameters of a new network are uninitialised: call <see cref="Initialisation.Initialise"/> or load weights.
/// </remarks>
public abstract class Backbone : nn.Module<Tensor, Tensor>
{
    /// <summary>Input pixels per position of the feature map, along a side, unless strides become dilation.</summary>
    public const int Stride = 32;

    private protected Backbone(BackboneKind architecture, int outputStride, int channels)
        : base(architecture.ToString())
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, DataOptions.MostChannels);
        InChannels = channels;
        Architecture = architecture;
        OutputStride = outputStride is 8 or 16 or Stride
            ? outputStride
            : throw new ArgumentOutOfRangeException(nameof(outputStride), outputStride, "The output stride must be 8, 16 or 32.");
    }

    /// <summary>Builds a network.</summary>
    /// <param name="architecture">Which network.</param>
    /// <param name="outputStride">
    /// 32; or 16 or 8 for dense prediction: the last one or two strides become dilation. The weights are the same. The finer map costs more
    /// arithmetic: for a ResNet-18 about 1.7 or 5 times as much.
    /// </param>
    /// <param name="channels">Channels of an image, 1 to 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network or stride, or there cannot be so many channels.</exception>
    public static Backbone Create(BackboneKind architecture, int outputStride = Stride, int channels = DataOptions.Rgb) =>
        BackboneCatalogue.Of(architecture).Build(outputStride, channels);

    /// <summary>Which network this is.</summary>
    public BackboneKind Architecture { get; }

    /// <summary>Channels of an image: 3 for red, green and blue.</summary>
    public int InChannels { get; }

    /// <summary>Channels of the feature map, the output of the last stage.</summary>
    public int OutChannels => Entry.Stages[^1].Channels;

    /// <summary>Channels of the maps of the four stages, such as 64, 128, 256 and 512.</summary>
    public IReadOnlyList<int> StageChannels => [.. Entry.Stages.Select(stage => stage.Channels)];

    /// <summary>Input pixels per position of the last feature map, along a side: 8, 16 or 32.</summary>
    public int OutputStride { get; }

    /// <summary>The catalogue's entry of this network.</summary>
    internal BackboneEntry Entry => BackboneCatalogue.Of(Architecture);

    /// <summary>The blocks of each stage, with their names in the network.</summary>
    private protected abstract IReadOnlyList<IReadOnlyList<(string Name, Block Block)>> StageBlocks { get; }

    /// <summary>
    /// The feature map of the last stage. Gradients are computed by libtorch; in <see cref="torch.no_grad"/> it is faster.
    /// </summary>
    /// <param name="input">(N, <see cref="InChannels"/>, H, W) float32 or bfloat16, RGB, normalised; all activations have its type.</param>
    /// <returns>(N, <see cref="OutChannels"/>, ⌈H/s⌉, ⌈W/s⌉), channels-last in memory</returns>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Stages(input)[^1].MoveToOuterDisposeScope();
    }

    /// <summary>The feature maps of all four stages, the finest first.</summary>
    /// <param name="input">(N, <see cref="InChannels"/>, H, W) float32 or bfloat16; RGB, normalised.</param>
    /// <returns>Of strides 4, 8, 16 and 32, or at most <see cref="OutputStride"/>: (N, <see cref="StageChannels"/>, ⌈H/s⌉,
    /// ⌈W/s⌉).</returns>
    public IReadOnlyList<Tensor> Stages(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using DisposeScope scope = NewDisposeScope();
        Activation images = new(input.ChannelsLast(), needsGradient: false);
        return [.. Stages(images, tape: null).Select(stage => stage.Value.MoveToOuterDisposeScope())];
    }

    /// <summary>The same, recording the backward pass on a tape.</summary>
    internal Activation forward(Activation images, Tape? tape) => Stages(images, tape)[^1];

    /// <inheritdoc cref="forward(Activation, Tape?)"/>
    internal Activation[] Stages(Activation images, Tape? tape)
    {
        Activation x = Made(() => Stem(images, tape));
        List<Activation> stages = [];
        foreach (IReadOnlyList<(string Name, Block Block)> blocks in StageBlocks)
        {
            foreach ((_, Block block) in blocks)
            {
                Activation input = x;
                x = Made(() => block.forward(input, tape));
                if (tape is null && !stages.Contains(input))
                {
                    input.Value.Dispose();
                }
            }

            stages.Add(x);
        }

        return [.. stages];

        // Without a tape only the map is kept; with a tape, the tape knows the last use of each activation.
        Activation Made(Func<Activation> part)
        {
            using DisposeScope? scope = tape is null ? NewDisposeScope() : null;
            Activation map = part();
            if (scope is not null)
            {
                map.Value.MoveToOuterDisposeScope();
            }

            return map;
        }
    }

    /// <summary>Adds the operators of <see cref="Stages(Tensor)"/> to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="images">The value that the network reads.</param>
    /// <param name="outputs">The names for the maps of the stages; null for those that need no name.</param>
    internal void Describe(NetworkGraph graph, string images, IReadOnlyList<string?> outputs)
    {
        string x = DescribeStem(graph, images);
        foreach ((IReadOnlyList<(string Name, Block Block)> blocks, string? output) in StageBlocks.Zip(outputs))
        {
            foreach ((string name, Block block) in blocks)
            {
                x = block.Describe(graph, name, x);
            }

            x = output is null ? x : graph.RenameLast(output);
        }
    }

    /// <summary>The layers before the first stage.</summary>
    private protected abstract Activation Stem(Activation images, Tape? tape);

    /// <summary>Adds the operators of <see cref="Stem"/> to a graph and returns the resulting value.</summary>
    private protected abstract string DescribeStem(NetworkGraph graph, string images);
}
