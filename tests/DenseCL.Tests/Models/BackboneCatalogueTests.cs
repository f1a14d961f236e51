using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Tests.Weights;
using DenseCL.Weights.Tensors.Naming;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Models;

/// <summary>What holds for every entry, those of later networks too.</summary>
public class BackboneCatalogueTests
{
    public static TheoryData<BackboneKind> Kinds => [.. Enum.GetValues<BackboneKind>()];

    [Fact]
    public void Each_kind_has_an_entry_and_a_name_of_its_own()
    {
        Assert.Equal(Enum.GetValues<BackboneKind>(), BackboneCatalogue.All.Select(entry => entry.Kind));
        Assert.All(BackboneCatalogue.All, entry => Assert.Same(entry, BackboneCatalogue.Named(entry.Name.ToUpperInvariant())));
        Assert.Equal("resnet18", BackboneCatalogue.Of(BackboneKind.Resnet18).Name);
        Assert.Equal("mobilenet-v3-large", BackboneCatalogue.Of(BackboneKind.MobilenetV3Large).Name);
        Assert.Null(BackboneCatalogue.Named("0"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Backbone.Create((BackboneKind)99));
        Assert.Throws<ArgumentOutOfRangeException>(() => Backbone.Create(BackboneKind.Resnet18, 4));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_network_has_the_channels_and_strides_of_its_entry(BackboneKind kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        BackboneEntry entry = BackboneCatalogue.Of(kind);
        Assert.Equal([4, 8, 16, 32], entry.Stages.Select(stage => stage.Stride));
        foreach (int outputStride in new[] { 8, 16, 32 })
        {
            using Backbone network = Backbone.Create(kind, outputStride);
            network.Initialise(0);
            network.eval();
            Assert.Equal(
                entry.Stages.Select(stage => (stage.Channels, Up(65, stage.Stride), Up(33, stage.Stride))),
                network.Stages(randn(1, 3, 65, 33)).Select(map => ((int)map.shape[1], (int)map.shape[2], (int)map.shape[3])));
            Assert.Equal(
                (entry.Stages[^1].Channels, outputStride, kind),
                (network.OutChannels, network.OutputStride, network.Architecture));

            int Up(int pixels, int stride) => (pixels + Math.Min(stride, outputStride) - 1) / Math.Min(stride, outputStride);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_network_is_found_under_the_names_of_each_ecosystem_that_has_it(BackboneKind kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone network = Backbone.Create(kind);
        foreach (Ecosystem ecosystem in Ecosystem.All)
        {
            if (network.Entry.Names.Of(ecosystem.Layers, network.Entry.Names.Later) is null)
            {
                continue;       // Detectron2 has ResNets only
            }

            Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
            foreach ((string name, Tensor tensor) in network.state_dict())
            {
                if (ecosystem.NameOf(Part.Backbone + name, network.Entry.Names) is { } theirs)
                {
                    tensors["model." + theirs] = tensor;
                }
            }

            using MemoryWeights file = new(tensors);
            NamedWeights found = NamedWeights.Find(file);
            Assert.Equal((kind, "model." + ecosystem.Backbone), (found.Architecture, found.BackbonePrefix));
        }
    }
}
