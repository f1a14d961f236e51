using DenseCL.Transfer.Features;

namespace DenseCL.Reports.Visuals;

/// <summary>A network whose features are shown.</summary>
/// <param name="Name">What it is called: untrained, or the name of its run.</param>
/// <param name="Weights">Its weights.</param>
internal sealed record Network(string Name, BackboneSource Weights);
