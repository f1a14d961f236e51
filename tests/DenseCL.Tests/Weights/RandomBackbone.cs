using System.Runtime.InteropServices;
using DenseCL.Compute;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Platform;
using DenseCL.Recipes;
using TorchSharp.Modules;
using static TorchSharp.torch;
using BatchNorm = DenseCL.Models.BatchNorm;
using Convolution = DenseCL.Models.Convolution;

namespace DenseCL.Tests.Weights;

/// <summary>A network whose every number is random, statistics too, and whose maps are of the order of 1 at any depth.</summary>
internal static class RandomBackbone
{
    public static Backbone Create(BackboneKind kind, ulong seed = 1)
    {
        Backbone backbone = Backbone.Create(kind);
        backbone.Initialise(seed);
        backbone.eval();
        using IDisposable noGrad = no_grad();
        CounterRandom random = new(seed, 2);
        foreach ((string name, Tensor tensor) in backbone.state_dict().Where(entry => entry.Value.dim() == 1))
        {
            // What a block adds to its shortcut is small: the maps would grow with the depth otherwise.
            bool last =
                name.EndsWith("bn3.weight", StringComparison.Ordinal)
                || (kind < BackboneKind.Resnet50 && name.EndsWith("bn2.weight", StringComparison.Ordinal));
            (double low, double high) = name[(name.LastIndexOf('.') + 1)..] switch
            {
                "weight" => last ? (0.2, 0.4) : (0.6, 1.1),
                "running_var" => (0.7, 2.0),
                _ => (-0.2, 0.2),
            };
            foreach (ref float value in MemoryMarshal.Cast<byte, float>(tensor.bytes))
            {
                value = (float)random.NextDouble(low, high);
            }
        }

        return backbone;
    }

    /// <summary>(N, 3, H, W), uniform in 0 … 1</summary>
    public static Tensor Images(int count, int height, int width)
    {
        Tensor images = empty(count, 3, height, width);
        CounterRandom random = new(3, (ulong)((count * 1000) + height), (ulong)width);
        foreach (ref float value in MemoryMarshal.Cast<byte, float>(images.bytes))
        {
            value = (float)random.NextDouble();
        }

        return images;
    }

    /// <summary>The maps of the four stages, from the network's own blocks.</summary>
    public static Tensor[] Stages(Backbone backbone, Tensor images)
    {
        using IDisposable noGrad = no_grad();
        Dictionary<string, nn.Module> modules = backbone
            .named_children()
            .ToDictionary(child => child.name, child => child.module, StringComparer.Ordinal);
        Activation x = ((BatchNorm)modules["bn1"]).forward(
            ((Convolution)modules["conv1"]).forward(new Activation(images), tape: null),
            tape: null,
            relu: true);
        x = new Activation(nn.functional.max_pool2d(x.Value, [3, 3], [2, 2], [1, 1]));
        return [.. Enumerable.Range(1, 4).Select(i =>
        {
            x = ((ModuleList<Block>)modules[$"layer{i}"]).Aggregate(x, (map, block) => block.forward(map, tape: null));
            return x.Value.clone();
        })];
    }
}
