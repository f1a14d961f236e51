namespace DenseCL.Platform;

/// <summary>How a <see cref="PlatformCheck"/> ended.</summary>
public enum PlatformCheckState
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>It works, but slower or with fewer features than possible.</summary>
    Slow,

    /// <summary>Training does not work.</summary>
    Broken,
}
