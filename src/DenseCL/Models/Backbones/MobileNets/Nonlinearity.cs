namespace DenseCL.Models.Backbones.MobileNets;

/// <summary>What follows a batch norm.</summary>
internal enum Nonlinearity
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>max(0, x)</summary>
    Relu,

    /// <summary><see cref="Models.Hardswish"/></summary>
    Hardswish,
}
