using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>Parameters that belong to their module, not to the dispose scope that the module happens to be made in.</summary>
internal static class Parameters
{
    public static Parameter Empty(params long[] shape)
    {
        Parameter parameter = new(empty(shape));
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
