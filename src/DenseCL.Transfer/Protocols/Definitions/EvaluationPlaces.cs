namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>Where the data of an evaluation are.</summary>
/// <param name="Data">The paths, one unless the data may be in several places; none if <paramref name="Parts"/> are given.</param>
/// <param name="Parts">What is learned from and what is measured on, where they are apart.</param>
public sealed record EvaluationPlaces(IReadOnlyList<string> Data, (string Train, string Test)? Parts = null);
