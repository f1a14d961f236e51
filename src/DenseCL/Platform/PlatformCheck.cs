namespace DenseCL.Platform;

/// <summary>One thing that <c>densecl doctor</c> looks at.</summary>
/// <param name="Name">What is looked at.</param>
/// <param name="State">How it stands.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Remedy">What to do about it; null when all is well.</param>
public sealed record PlatformCheck(string Name, PlatformCheckState State, string Finding, string? Remedy);
