using DenseCL.Models.Backbones;

namespace DenseCL.Weights.Tensors.Naming;

/// <summary>
/// What a program calls the parts of contrastive pre-training in its files: one row of the table that reading and writing share.
/// </summary>
/// <param name="Title">Who writes such files.</param>
/// <param name="Layers">What the backbone's layers are called after the prefix.</param>
/// <param name="Parts">Prefixes of our names (those of <see cref="Part"/>) and what stands in their place there; whole names for the
/// queues.</param>
internal sealed record Ecosystem(string Title, LayerNaming Layers, params (string Ours, string Theirs)[] Parts)
{
    /// <summary>Whole models of OpenSelfSup, in which the method was published.</summary>
    public static readonly Ecosystem Reference = new("OpenSelfSup and the reference implementation of DenseCL", LayerNaming.Torchvision,
        (Part.Backbone, "encoder_q.0."), (Part.GlobalHead, "encoder_q.1.mlp."), (Part.DenseHead, "encoder_q.1.mlp2."),
        (Part.KeyBackbone, "encoder_k.0."), (Part.KeyGlobalHead, "encoder_k.1.mlp."), (Part.KeyDenseHead, "encoder_k.1.mlp2."),
        (Part.GlobalQueue, "queue"), (Part.DenseQueue, "queue2"))
    {
        SharedOnly = true,
    };

    /// <summary>Whole models of mmselfsup; the backbone as all of OpenMMLab has it.</summary>
    public static readonly Ecosystem Mmselfsup = new(
        "mmselfsup 1",
        LayerNaming.Torchvision,
        (Part.Backbone, "backbone."),
        (Part.GlobalHead, "neck.mlp."),
        (Part.DenseHead, "neck.mlp2."),
        (Part.KeyBackbone, "encoder_k.module.0."),
        (Part.KeyGlobalHead, "encoder_k.module.1.mlp."),
        (Part.KeyDenseHead, "encoder_k.module.1.mlp2."),
        (Part.GlobalQueue, "queue"),
        (Part.DenseQueue, "queue2"))
    {
        SharedOnly = true,
    };

    /// <summary>Backbones of Detectron2.</summary>
    public static readonly Ecosystem Detectron2 = new("Detectron2", LayerNaming.Detectron2, (Part.Backbone, ""));

    /// <summary>Backbones of torchvision; what stands beside them has this program's own names.</summary>
    public static readonly Ecosystem Torchvision = new("torchvision", LayerNaming.Torchvision,
        (Part.Backbone, ""), (Part.GlobalHead, "globalHead.layers."), (Part.DenseHead, "denseHead.layers."),
        (Part.KeyBackbone, "key.backbone."), (Part.KeyGlobalHead, "key.globalHead.layers."), (Part.KeyDenseHead, "key.denseHead.layers."),
        Same(Part.GlobalQueue), Same(Part.DenseQueue));

    /// <summary>In the order of preference where several fit a file equally.</summary>
    public static readonly Ecosystem[] All =
    [
        new(
            "checkpoint of this program",
            LayerNaming.Torchvision,
            Same(Part.Backbone),
            Same(Part.GlobalHead),
            Same(Part.DenseHead),
            Same(Part.KeyBackbone),
            Same(Part.KeyGlobalHead),
            Same(Part.KeyDenseHead),
            Same(Part.GlobalQueue),
            Same(Part.DenseQueue)),
        Reference,
        Mmselfsup,
        new(
            "mmselfsup",
            LayerNaming.Torchvision,
            (Part.Backbone, "backbone."),
            (Part.GlobalHead, "neck.mlp."),
            (Part.DenseHead, "neck.mlp2."),
            (Part.KeyBackbone, "encoder_k.0."),
            (Part.KeyGlobalHead, "encoder_k.1.mlp."),
            (Part.KeyDenseHead, "encoder_k.1.mlp2."),
            (Part.GlobalQueue, "queue"),
            (Part.DenseQueue, "queue2")) { SharedOnly = true },
        new(
            "MoCo",
            LayerNaming.Torchvision,
            (Part.Backbone, "encoder_q."),
            (Part.GlobalHead, "encoder_q.fc."),
            (Part.KeyBackbone, "encoder_k."),
            (Part.KeyGlobalHead, "encoder_k.fc."),
            (Part.GlobalQueue, "queue")),
        new(
            "lightly, DenseCL",
            LayerNaming.Children,
            (Part.Backbone, "backbone."),
            (Part.GlobalHead, "projection_head_global.layers."),
            (Part.DenseHead, "projection_head_local.layers."),
            (Part.KeyBackbone, "backbone_momentum."),
            (Part.KeyGlobalHead, "projection_head_global_momentum.layers."),
            (Part.KeyDenseHead, "projection_head_local_momentum.layers.")),
        new(
            "lightly",
            LayerNaming.Children,
            (Part.Backbone, "backbone."),
            (Part.GlobalHead, "projection_head.layers."),
            (Part.KeyBackbone, "backbone_momentum."),
            (Part.KeyGlobalHead, "projection_head_momentum.layers.")),
        new(
            "solo-learn",
            LayerNaming.Torchvision,
            (Part.Backbone, "backbone."),
            (Part.GlobalHead, "projector."),
            (Part.KeyBackbone, "momentum_backbone."),
            (Part.KeyGlobalHead, "momentum_projector.")) { SharedOnly = true },
        new(
            "solo-learn before 1.0.3",
            LayerNaming.Torchvision,
            (Part.Backbone, "encoder."),
            (Part.GlobalHead, "projector."),
            (Part.KeyBackbone, "momentum_encoder."),
            (Part.KeyGlobalHead, "momentum_projector.")) { SharedOnly = true },
        new("torchvision's detectors", LayerNaming.Torchvision, (Part.Backbone, "backbone.body.")) { SharedOnly = true },
        new("OpenMMLab", LayerNaming.Torchvision, (Part.Backbone, "backbone.")) { SharedOnly = true },
        new("Detectron2", LayerNaming.Detectron2, (Part.Backbone, "backbone.bottom_up.")),
        Detectron2,
        new("children of a torchvision network, by number", LayerNaming.Children, (Part.Backbone, "")),
        Torchvision with { Title = "torchvision or timm", SharedOnly = true },
        Torchvision,
    ];

    /// <summary>
    /// Whether only networks that go by the same names everywhere (<see cref="BackboneNames.Shared"/>) are called so there; of other
    /// networks these programs have their own, with names that are not known here.
    /// </summary>
    public bool SharedOnly { get; init; }

    /// <summary>What such a file begins the names of the query backbone with.</summary>
    public string Backbone => Prefix(Part.Backbone)!;

    /// <summary>What stands for a part of ours; null if such files do not have it.</summary>
    public string? Prefix(string part) => Parts.FirstOrDefault(p => p.Ours == part).Theirs;

    /// <summary>The name of a tensor of ours there; null if such files do not have it.</summary>
    /// <param name="ours">A name as in our checkpoints, such as <c>query.backbone.conv1.weight</c>.</param>
    /// <param name="layers">What the layers of the backbone are called.</param>
    public string? NameOf(string ours, BackboneNames layers)
    {
        foreach ((string part, string theirs) in Parts)
        {
            if (ours.StartsWith(part, StringComparison.Ordinal))
            {
                string rest = ours[part.Length..];
                string? layer = part is Part.Backbone or Part.KeyBackbone ? layers.Of(Layers, rest) : rest;
                return layer is null ? null : theirs + layer;
            }
        }

        return null;
    }

    private static (string Ours, string Theirs) Same(string part) => (part, part);
}
