using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Transfer.Features;
using DenseCL.Weights;
using DenseCL.Weights.Formats;

namespace DenseCL.Tests.Transfer.Features;

public sealed class BackboneSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(WeightFormat.Safetensors, WeightNaming.Torchvision, true)]
    [InlineData(WeightFormat.Onnx, WeightNaming.Torchvision, true)]
    [InlineData(WeightFormat.PyTorch, WeightNaming.OpenSelfSup, true)]
    [InlineData(WeightFormat.PyTorch, WeightNaming.MmSegmentation, true)]
    [InlineData(WeightFormat.PyTorch, WeightNaming.Torchvision, false)]      // has no room for notes
    [InlineData(WeightFormat.Detectron2, WeightNaming.Torchvision, false)]
    public void Mean_and_deviation_come_from_every_file_that_has_room_for_them(WeightFormat format, WeightNaming naming, bool noted)
    {
        DataOptions trained = new() { Mean = new PerChannel(0.25, 0.5, 0.75), Std = new PerChannel(0.125, 0.25, 0.5), Depth = PixelDepth.OfRange(102, 3987) };
        using Backbone network = Backbone.Create(BackboneKind.Resnet18);
        network.Initialise(3);
        BackboneFile.Save(folder["backbone.safetensors"], network, new Recipe { Data = trained }, 7);
        WeightExport.Write(folder["backbone.safetensors"], folder["exported"], new ExportOptions { Format = format, Naming = naming });

        BackboneSource source = BackboneSource.Open(folder["exported"]);

        Assert.Equal(!noted, source.NormalisationIsAssumed);
        Assert.Equal(
            noted ? (trained.Mean, trained.Std, trained.Depth) : (new DataOptions().Mean, new DataOptions().Std, PixelDepth.Auto),
            (source.Normalisation.Mean, source.Normalisation.Std, source.Normalisation.Depth));
    }
}
