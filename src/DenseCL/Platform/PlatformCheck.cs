namespace DenseCL.Platform;

/// <summary>One check of <c>densecl doctor</c>.</summary>
/// <param name="Name">What is checked.</param>
/// <param name="State">How the check ended.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Remedy">What to do about it; null when all is well.</param>
public sealed record PlatformCheck(string Name, PlatformCheckState State, string Finding, string? Remedy);
