namespace DenseCL.Reports.Health;

/// <summary>How much a verdict should worry.</summary>
public enum Severity
{
    /// <summary>All is well.</summary>
    Good,

    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Probably not what was meant.</summary>
    Warning,

    /// <summary>The run is worth nothing as it goes on.</summary>
    Serious,
}
