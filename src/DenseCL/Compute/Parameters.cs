using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>Makes parameters that belong to their module, not to the dispose scope in which the module happens to be made.</summary>
internal static class Parameters
{
    public static Parameter Empty(params long[] shape)
    {
        Parameter parameter = new(empty(shape));
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
