using System.Globalization;
using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using static TorchSharp.torch;

namespace DenseCL.Transfer.Segmentation.Network;

/// <summary>
/// Semantic FPN (Kirillov et al., CVPR 2019, "Panoptic Feature Pyramid Networks", section 3.1). A pyramid merges each stage with the coarser
/// ones. Each of its maps then passes through 3×3 convolutions and is enlarged by 2 after each, until all have stride 4; their sum is
/// classified.
/// </summary>
/// <remarks>
/// Batch norm instead of group norm, as in mmsegmentation. Where a stage's side is not twice the next one's, a map is enlarged to the size
/// of the finer stage.
/// </remarks>
internal sealed class FpnHead : SegmentationHead
{
    /// <summary>What the names of the pyramid's own layers begin with.</summary>
    public const string Neck = "neck/";

    private readonly List<BiasedConvolution> laterals = [];
    private readonly List<BiasedConvolution> outputs = [];
    private readonly List<List<(Convolution Convolution, BatchNorm Norm)>> scales = [];
    private readonly int[] strides;

    /// <param name="backbone">The network whose stages it reads.</param>
    /// <param name="channels">C; the pyramid's maps have twice as many, as in the paper, where C is 128.</param>
    /// <param name="classes">K</param>
    public FpnHead(Backbone backbone, int channels, int classes)
        : base(nameof(FpnHead), channels, classes)
    {
        int wide = 2 * channels;
        strides = [.. backbone.Entry.Stages.Select(stage => Math.Min(stage.Stride, backbone.OutputStride))];
        foreach ((int level, int inChannels) in backbone.StageChannels.Index())
        {
            laterals.Add(new BiasedConvolution(inChannels, wide, 1));
            outputs.Add(new BiasedConvolution(wide, wide, 3));
            register_module(Lateral(level), laterals[level]);
            register_module(Output(level), outputs[level]);
        }

        foreach (int level in Enumerable.Range(0, strides.Length))
        {
            scales.Add([]);
            foreach (int step in Enumerable.Range(0, Math.Max(1, int.Log2(strides[level] / strides[0]))))
            {
                scales[level].Add((new Convolution(step == 0 ? wide : channels, channels, 3), new BatchNorm(channels)));
                register_module(Scale(level, step) + "/conv", scales[level][step].Convolution);
                register_module(Scale(level, step) + "/bn", scales[level][step].Norm);
            }
        }

        RegisterClassifier();
    }

    /// <inheritdoc/>
    public override bool ReadsAllStages => true;

    /// <inheritdoc/>
    protected override Activation Features(IReadOnlyList<Activation> maps, Tape? tape)
    {
        Activation[] pyramid = [.. maps.Select((map, level) => laterals[level].forward(map, tape))];
        for (int level = pyramid.Length - 2; level >= 0; level--)
        {
            pyramid[level] = Layer([pyramid[level], pyramid[level + 1]], x => x[0].Plus(Enlarged(x[1], x[0], InterpolationMode.Nearest)));
        }

        Activation[] levels = [.. pyramid.Select((map, level) => Scaled(outputs[level].forward(map, tape), level))];
        return Layer(levels, x => x.Skip(1).Aggregate(x[0], (sum, map) => sum.Plus(Enlarged(map, x[0], InterpolationMode.Bilinear))));

        // All convolutions of a level, enlarged between them.
        Activation Scaled(Activation map, int level)
        {
            foreach ((int step, (Convolution convolution, BatchNorm norm)) in scales[level].Index())
            {
                map = norm.forward(convolution.forward(map, tape), tape, relu: true);
                if (step < scales[level].Count - 1)
                {
                    Tensor finer = maps[After(level, step)].Value;
                    map = Layer([map], x => Enlarged(x[0], finer, InterpolationMode.Bilinear));
                }
            }

            return map;
        }

        Activation Layer(Activation[] inputs, Func<Tensor[], Tensor> layer) => tape is null
            ? new Activation(layer([.. inputs.Select(input => input.Value)]))
            : tape.Apply(inputs, [], inputs[0].Value.dtype, (x, _) => layer(x));
    }

    /// <inheritdoc/>
    protected override string DescribeFeatures(NetworkGraph graph, string prefix, IReadOnlyList<string> maps)
    {
        string[] pyramid = [.. maps.Select((map, level) => laterals[level].Describe(graph, prefix + Lateral(level), map))];
        for (int level = pyramid.Length - 2; level >= 0; level--)
        {
            string name = $"{prefix}{Neck}merged/{level.ToString(CultureInfo.InvariantCulture)}";
            string larger = GraphResize.Nearest(graph, name + "/enlarged", pyramid[level + 1], maps[level]);
            pyramid[level] = graph.Add("Add", name, [pyramid[level], larger]);
        }

        string sum = "";
        foreach (int level in Enumerable.Range(0, pyramid.Length))
        {
            string map = outputs[level].Describe(graph, prefix + Output(level), pyramid[level]);
            foreach ((int step, (Convolution convolution, BatchNorm norm)) in scales[level].Index())
            {
                string name = prefix + Scale(level, step);
                map = norm.Describe(graph, name + "/bn", convolution.Describe(graph, name + "/conv", map));
                map = graph.Add("Relu", name + "/relu", [map]);
                map = level == 0 ? map : GraphResize.Linear(graph, name + "/enlarged", map, maps[After(level, step)]);
            }

            sum = level == 0 ? map : graph.Add("Add", $"{prefix}sum/{level.ToString(CultureInfo.InvariantCulture)}", [sum, map]);
        }

        return sum;
    }

    /// <summary>The stage to whose size a level's map is enlarged after a convolution.</summary>
    private int After(int level, int step) => Array.FindIndex(strides, stride => stride == Math.Max(strides[0], strides[level] >> (step + 1)));

    /// <summary>A map in the size of another one; never the same tensor, so that no two maps share a gradient.</summary>
    private static Tensor Enlarged(Tensor map, Tensor like, InterpolationMode mode) =>
        map.shape[2] == like.shape[2] && map.shape[3] == like.shape[3]
            ? map.Times(1)
            : nn.functional.interpolate(
                map,
                [like.shape[2], like.shape[3]],
                mode: mode,
                align_corners: mode == InterpolationMode.Bilinear ? false : null);

    // mmsegmentation's names, with a slash for each of their points, which a module's name must not have. There, a layer that enlarges
    // stands after each convolution, so theirs have even numbers.
    private static string Lateral(int level) => string.Create(CultureInfo.InvariantCulture, $"{Neck}lateral_convs/{level}");

    private static string Output(int level) => string.Create(CultureInfo.InvariantCulture, $"{Neck}fpn_convs/{level}");

    private static string Scale(int level, int step) => string.Create(CultureInfo.InvariantCulture, $"scale_heads/{level}/{2 * step}");
}
