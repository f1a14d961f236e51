using System.Runtime.InteropServices;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using DenseCL.Tests.Weights;
using DenseCL.Transfer.Segmentation;
using DenseCL.Transfer.Segmentation.Models;
using DenseCL.Transfer.Segmentation.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Transfer.Segmentation;

/// <summary>A segmentation model whose every number is random, and whose logits are of the order of 1.</summary>
internal static class RandomModel
{
    public static readonly string[] Classes = ["sky", "a \"road\"", "Bäume", "car", "other"];

    /// <summary>Writes the model to a file, and opens it.</summary>
    public static SegmentationModel Create(string path, SegmentationOptions options)
    {
        using SegmentationNetwork network = new(WithStride(options.OutputStride), options, Classes.Length);
        network.Heads.Initialise(3);
        using (IDisposable noGrad = no_grad())
        {
            CounterRandom random = new(5, 1);
            foreach ((string name, Tensor tensor) in network.Heads.state_dict())
            {
                if (name.EndsWith("main.classifier.weight", StringComparison.Ordinal))
                {
                    tensor.mul_(options.Head == HeadKind.Fcn ? 40 : 10);
                }
                else if (tensor.dim() == 1 && tensor.dtype == ScalarType.Float32)
                {
                    foreach (ref float value in MemoryMarshal.Cast<byte, float>(tensor.bytes))
                    {
                        value = (float)(name.EndsWith("running_var", StringComparison.Ordinal) ? random.NextDouble(0.5, 1.5) : value + random.NextDouble(-0.2, 0.2));
                    }
                }
            }

            // No class is the largest everywhere.
            using DisposeScope scope = NewDisposeScope();
            Tensor bias = network.Heads.state_dict().Single(entry => entry.Key == "main.classifier.bias").Value;
            bias.sub_(network.Logits(RandomBackbone.Images(1, 96, 96)).mean([0, 2, 3]));
        }

        SegmentationModel.Save(path, network, new ModelNotes(BackboneKind.Resnet18, Classes, new DataOptions { Mean = new(0.45, 0.5, 0.4), Std = new(0.25, 0.2, 0.3) }, options, 7, null));
        return SegmentationModel.Open(path);
    }

    private static Backbone WithStride(int stride)
    {
        using Backbone random = RandomBackbone.Create(BackboneKind.Resnet18);
        Backbone backbone = Backbone.Create(BackboneKind.Resnet18, stride);
        using IDisposable noGrad = no_grad();
        Dictionary<string, Tensor> state = backbone.state_dict();
        foreach ((string name, Tensor tensor) in random.state_dict())
        {
            state[name].copy_(tensor);
        }

        return backbone;
    }
}
