using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DenseCL.Kernels;

/// <summary>Where a tensor's numbers are.</summary>
internal static unsafe class Memory
{
    /// <summary>The address of the first number of a contiguous tensor on the processor. Good as long as the tensor is held.</summary>
    public static T* Of<T>(Tensor tensor)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
