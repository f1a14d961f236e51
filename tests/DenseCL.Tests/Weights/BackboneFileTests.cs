using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Weights;
using DenseCL.Weights.Formats.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

public sealed class BackboneFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_backbone_comes_back_bit_for_bit_with_all_one_must_know_to_use_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone saved = Backbone.Create(BackboneKind.Resnet18), loaded = Backbone.Create(BackboneKind.Resnet18);
        saved.Initialise(3);
        loaded.Initialise(4);
        Recipe recipe = new() { Data = new() { Mean = new(0.5, 0.25, 0.125) } };
        BackboneFile.Save(folder["backbone.safetensors"], saved, recipe, 77);
        BackboneFile.Load(folder.Path, loaded);
        Assert.All(loaded.state_dict(), entry => Assert.True(entry.Value.eq(saved.state_dict()[entry.Key]).all().item<bool>(), entry.Key));

        using SafetensorsFile file = SafetensorsFile.Open(folder["backbone.safetensors"], verify: true);
        Assert.Equal("resnet18", file.Metadata["architecture"]);
        Assert.Equal("0.5 0.25 0.125", file.Metadata["mean"]);
        Assert.Equal("0.229 0.224 0.225", file.Metadata["std"]);
        Assert.StartsWith("RGB", file.Metadata["channels"], StringComparison.Ordinal);
        Assert.Equal(recipe.Hash, file.Metadata["recipe"]);
        Assert.DoesNotContain("depth", file.Metadata.Keys);
        Assert.All(new[] { "stem", "stride", "method", "step" }, key => Assert.NotEmpty(file.Metadata[key]));
    }

    [Fact]
    public void A_file_that_lacks_tensors_or_holds_others_is_refused_by_name()
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone small = Backbone.Create(BackboneKind.Resnet18),
            deep = Backbone.Create(BackboneKind.Resnet34),
            wide = Backbone.Create(BackboneKind.Resnet50);
        small.Initialise(3);
        wide.Initialise(3);
        string path = folder["weights.safetensors"];
        SafetensorsWriter.Write(path, small.state_dict());
        Assert.Contains(
            "layer1.2.conv1.weight",
            Assert.Throws<WeightFileException>(() => BackboneFile.Load(path, deep)).Message,
            StringComparison.Ordinal);

        SafetensorsWriter.Write(path, wide.state_dict());
        Assert.Contains(
            "another architecture",
            Assert.Throws<WeightFileException>(() => BackboneFile.Load(path, small)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            folder["none"],
            Assert.Throws<WeightFileException>(() => BackboneFile.Load(folder["none"], small)).Message,
            StringComparison.Ordinal);
    }
}
