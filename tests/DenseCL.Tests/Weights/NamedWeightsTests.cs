using DenseCL.Method;
using DenseCL.Models;
using DenseCL.Models.Backbones;
using DenseCL.Recipes;
using DenseCL.Training;
using DenseCL.Weights;
using DenseCL.Weights.Formats.Safetensors;
using DenseCL.Weights.Tensors.Naming;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Weights;

/// <summary>The names are written out here as the files of each program have them, and not taken from our own table.</summary>
public sealed class NamedWeightsTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData("", "torchvision")]
    [InlineData("state_dict.", "torchvision")]
    [InlineData("model.", "torchvision")]
    [InlineData("module.", "torchvision")]
    [InlineData("backbone.", "OpenMMLab")]
    [InlineData("state_dict.backbone.", "OpenMMLab")]
    [InlineData("backbone.body.", "detectors")]
    [InlineData("state_dict.encoder_q.0.", "OpenSelfSup")]
    [InlineData("state_dict.module.encoder_q.", "MoCo")]
    [InlineData("state_dict.encoder.", "solo-learn")]
    [InlineData("query.backbone.", "checkpoint of this program")]
    [InlineData("something.nobody.thought.of.", "torchvision")]
    public void A_backbone_is_found_behind_any_prefix(string prefix, string title) =>
        AssertFound(name => prefix + name, title, prefix);

    [Theory]
    [InlineData("")]
    [InlineData("state_dict.backbone.")]
    public void Children_by_number_are_known(string prefix) =>
        AssertFound(
            name =>
                prefix
                + name.Replace("conv1.", name.StartsWith("conv1", StringComparison.Ordinal) ? "0." : "conv1.", StringComparison.Ordinal)
                    .Replace("bn1.", name.StartsWith("bn1", StringComparison.Ordinal) ? "1." : "bn1.", StringComparison.Ordinal)
                    .Replace("layer1.", "4.", StringComparison.Ordinal)
                    .Replace("layer2.", "5.", StringComparison.Ordinal)
                    .Replace("layer3.", "6.", StringComparison.Ordinal)
                    .Replace("layer4.", "7.", StringComparison.Ordinal),
            prefix.Length == 0 ? "children" : "lightly",
            prefix);

    [Theory]
    [InlineData("state_dict.encoder_q.0.", "state_dict.encoder_k.0.")]
    [InlineData("state_dict.module.encoder_q.", "state_dict.module.encoder_k.")]
    [InlineData("backbone.", "momentum_backbone.")]
    [InlineData("state_dict.backbone.", "state_dict.encoder_k.module.0.")]
    [InlineData("model.", "model_ema.")]
    [InlineData("student.backbone.", "teacher.backbone.")]
    [InlineData("query.backbone.", "key.backbone.")]
    public void The_network_that_learns_is_taken_and_not_its_average(string query, string key)
    {
        Dictionary<string, Tensor> tensors = Network(1, name => key + name);
        foreach ((string name, Tensor tensor) in Network(2, name => query + name))
            tensors[name] = tensor;

        using MemoryWeights file = new(tensors);
        NamedWeights weights = NamedWeights.Find(file);
        Assert.Equal(query + "conv1.weight", weights.Source("query.backbone.conv1.weight"));
    }

    [Fact]
    public void The_same_network_under_two_names_is_taken_once()
    {
        // mmselfsup registers the query encoder's halves a second time.
        Dictionary<string, Tensor> tensors = Network(1, name => "backbone." + name);
        foreach ((string name, Tensor tensor) in Network(1, name => "encoder_q.0." + name))
            tensors[name] = tensor;
        using MemoryWeights file = new(tensors);
        Assert.Contains(NamedWeights.Find(file).BackbonePrefix, new[] { "backbone.", "encoder_q.0." });
    }

    [Theory]
    [InlineData(BackboneKind.Resnet18)]
    [InlineData(BackboneKind.Resnet34)]
    [InlineData(BackboneKind.Resnet50)]
    [InlineData(BackboneKind.Resnet101)]
    [InlineData(BackboneKind.Resnet152)]
    [InlineData(BackboneKind.MobilenetV3Large)]
    public void The_architecture_is_told_by_the_blocks(BackboneKind architecture)
    {
        using Backbone network = Backbone.Create(architecture);
        using MemoryWeights file = new(network.state_dict());
        Assert.Equal(architecture, NamedWeights.Find(file).Architecture);
    }

    [Theory]
    [InlineData("", "torchvision")]
    [InlineData("backbone.", "torchvision (backbone.…)")]
    [InlineData("backbone.body.", "torchvision (backbone.body.…)")]
    [InlineData("state_dict.encoder_q.0.", "torchvision (state_dict.encoder_q.0.…)")]
    [InlineData("state_dict.encoder.", "torchvision (state_dict.encoder.…)")]
    [InlineData("query.backbone.", "checkpoint of this program (query.backbone.…)")]
    public void A_MobileNet_of_torchvision_is_not_said_to_be_of_programs_that_have_another(string prefix, string convention)
    {
        using Backbone network = Backbone.Create(BackboneKind.MobilenetV3Large);
        using MemoryWeights file = new(network.state_dict().ToDictionary(entry => prefix + entry.Key, entry => entry.Value));
        NamedWeights weights = NamedWeights.Find(file);
        Assert.Equal(convention, weights.Convention);
        Assert.Equal(prefix, weights.BackbonePrefix);
    }

    [Fact]
    public void Heads_beside_a_MobileNet_tell_who_wrote_the_file()
    {
        using Backbone network = Backbone.Create(BackboneKind.MobilenetV3Large);
        Dictionary<string, Tensor> tensors = network.state_dict().ToDictionary(entry => "encoder_q.0." + entry.Key, entry => entry.Value);
        tensors["encoder_q.1.mlp.0.weight"] = zeros(2, 960);
        using MemoryWeights file = new(tensors);
        NamedWeights weights = NamedWeights.Find(file);
        Assert.StartsWith("OpenSelfSup", weights.Convention, StringComparison.Ordinal);
        Assert.Equal("encoder_q.1.mlp.0.weight", weights.Source("query.globalHead.layers.0.weight"));
    }

    [Fact]
    public void A_file_without_a_network_is_refused_with_what_it_has()
    {
        using MemoryWeights file = new(new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["fc.weight"] = zeros(2, 2) });
        Assert.Contains("'fc.weight'", Assert.Throws<WeightFileException>(() => NamedWeights.Find(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_the_reference_brings_heads_key_encoder_and_queues()
    {
        Dictionary<string, Tensor> tensors = Network(1, name => "state_dict.encoder_q.0." + name);
        foreach ((string name, Tensor tensor) in Network(2, name => "state_dict.encoder_k.0." + name))
            tensors[name] = tensor;
        foreach (string encoder in new[] { "q", "k" })
        {
            foreach ((string head, long[] sides) in new[] { ("mlp", Array.Empty<long>()), ("mlp2", [1L, 1L]) })
            {
                foreach ((string layer, long outputs) in new[] { ("0", 512L), ("2", 32L) })
                {
                    tensors[$"state_dict.encoder_{encoder}.1.{head}.{layer}.weight"] = randn([outputs, 512, .. sides]);
                    tensors[$"state_dict.encoder_{encoder}.1.{head}.{layer}.bias"] = randn(outputs);
                }
            }
        }

        Tensor queue = arange(64L).to(ScalarType.Float32).repeat([32, 1]);     // (D, K): the key of column i is all i
        tensors["state_dict.queue"] = queue;
        tensors["state_dict.queue_ptr"] = tensor(new long[] { 10 });
        tensors["state_dict.queue2"] = -queue;
        tensors["state_dict.queue2_ptr"] = tensor(new long[] { 0 });

        using TemporaryFolder folder = new();
        string path = folder["published.safetensors"];
        SafetensorsWriter.Write(path, tensors);
        using DenseContrast method = new(Small(), CPU);
        LoadReport report = StartingWeights.Load(path, method, partial: false);

        Assert.Equal(0, report.Count(TensorFate.Missing));
        Assert.Equal(0, report.Count(TensorFate.Unexpected));
        Dictionary<string, Tensor> query = method.QueryEncoder.state_dict(), key = method.KeyEncoder.state_dict();
        AssertSame(tensors["state_dict.encoder_q.0.layer3.1.conv2.weight"], query["backbone.layer3.1.conv2.weight"]);
        AssertSame(tensors["state_dict.encoder_k.0.layer3.1.conv2.weight"], key["backbone.layer3.1.conv2.weight"]);
        AssertSame(tensors["state_dict.encoder_q.1.mlp2.2.weight"], query["denseHead.layers.2.weight"]);
        AssertSame(tensors["state_dict.encoder_k.1.mlp.0.bias"], key["globalHead.layers.0.bias"]);
        Assert.Equal([10f, 11f], method.GlobalQueue.Keys[TensorIndex.Slice(0, 2), TensorIndex.Single(0)].data<float>().ToArray()); // the oldest is written over next
        Assert.Equal(-1f, method.DenseQueue!.Keys[1, 5].item<float>());
        Assert.Equal((0L, 1.0), (method.GlobalQueue.Position, method.GlobalQueue.Filled));
    }

    [Fact]
    public void A_linear_dense_head_becomes_a_convolution_and_what_is_missing_is_said()
    {
        Dictionary<string, Tensor> tensors = Network(1, name => "backbone." + name);
        foreach ((string layer, long outputs) in new[] { ("0", 512L), ("2", 32L) })
        {
            tensors[$"neck.mlp2.{layer}.weight"] = randn(outputs, 512);
            tensors[$"neck.mlp2.{layer}.bias"] = randn(outputs);
        }

        using TemporaryFolder folder = new();
        string path = folder["heads.safetensors"];
        SafetensorsWriter.Write(path, tensors);
        using DenseContrast method = new(Small(), CPU);
        LoadReport report = StartingWeights.Load(path, method, partial: false);
        Assert.Equal(2, report.Count(TensorFate.Reshaped));
        AssertSame(tensors["neck.mlp2.2.weight"].view(32, 512, 1, 1), method.QueryEncoder.state_dict()["denseHead.layers.2.weight"]);
        AssertSame(method.QueryEncoder.state_dict()["denseHead.layers.2.weight"], method.KeyEncoder.state_dict()["denseHead.layers.2.weight"]);
        Assert.Contains(report.Notes, note => note.Contains("global head", StringComparison.Ordinal));
        Assert.Contains(report.Notes, note => note.Contains("key encoder", StringComparison.Ordinal));
        Assert.Equal(0, method.GlobalQueue.Filled);
    }

    [Fact]
    public void An_incomplete_backbone_is_refused_unless_that_was_wanted()
    {
        Dictionary<string, Tensor> tensors = Network(1, name => name);
        tensors.Remove("layer4.1.bn2.running_var");
        tensors["layer2.0.conv1.weight"] = zeros(128, 64, 1, 1);
        tensors["fc.weight"] = zeros(10, 512);
        using TemporaryFolder folder = new();
        string path = folder["part.safetensors"];
        SafetensorsWriter.Write(path, tensors);
        using Backbone network = Backbone.Create(BackboneKind.Resnet18);
        network.Initialise(5);
        string message = Assert.Throws<WeightFileException>(() => BackboneFile.Load(path, network)).Message;
        Assert.All(
            new[] { "layer4.1.bn2.running_var", "(128, 64, 1, 1) in the file, (128, 64, 3, 3) here", "--partial" },
            part => Assert.Contains(part, message, StringComparison.Ordinal));

        LoadReport report = BackboneFile.Load(path, network, partial: true);
        Assert.Equal(
            (1, 1, 1),
            (report.Count(TensorFate.Missing), report.Count(TensorFate.OtherShape), report.Count(TensorFate.Unexpected)));
        AssertSame(tensors["layer4.1.conv2.weight"], network.state_dict()["layer4.1.conv2.weight"]);
    }

    private static void AssertFound(Func<string, string> rename, string title, string prefix)
    {
        Dictionary<string, Tensor> tensors = Network(1, rename);
        tensors[prefix + "fc.weight"] = zeros(10, 512);
        using TemporaryFolder folder = new();
        SafetensorsWriter.Write(folder["named.safetensors"], tensors);
        using Backbone loaded = Backbone.Create(BackboneKind.Resnet18);
        loaded.Initialise(9);
        LoadReport report = BackboneFile.Load(folder["named.safetensors"], loaded); // torchvision's resnet18 has 122 tensors, two of them fc's
        Assert.Contains(title, report.Convention, StringComparison.Ordinal);
        Assert.Equal(
            (120, 0, 1),
            (report.Count(TensorFate.Matched), report.Count(TensorFate.Missing), report.Count(TensorFate.Unexpected)));
        Assert.All(loaded.state_dict(), entry => AssertSame(tensors[rename(entry.Key)], entry.Value));
    }

    private static void AssertSame(Tensor expected, Tensor actual) =>
        Assert.True(expected.shape.SequenceEqual(actual.shape) && expected.eq(actual).all().item<bool>());

    private static Dictionary<string, Tensor> Network(ulong seed, Func<string, string> rename)
    {
        Backbone network = Backbone.Create(BackboneKind.Resnet18);
        network.Initialise(seed);
        return network
            .state_dict()
            .ToDictionary(
                entry => rename(entry.Key),
                entry => entry.Value.is_floating_point() ? entry.Value + 0.25f : entry.Value + (long)seed,
                StringComparer.Ordinal);
    }

    private static Recipe Small() =>
        RecipeReader.Read(
            "densecl-imagenet-r50",
            "model.backbone=resnet18",
            "model.embedding=32",
            "method.queue=64",
            "method.keyMomentum=0.99",
            "optim.batch=4",
            "optim.batchNormGroup=4");
}
