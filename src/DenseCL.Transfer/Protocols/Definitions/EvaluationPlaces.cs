namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>The paths of an evaluation's data.</summary>
/// <param name="Data">The paths, usually one; several if the kind of data allows it, none if <paramref name="Parts"/> are given.</param>
/// <param name="Parts">The training and the test data, if they are given separately.</param>
public sealed record EvaluationPlaces(IReadOnlyList<string> Data, (string Train, string Test)? Parts = null);
