using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>The address of a tensor's numbers.</summary>
internal static unsafe class Memory
{
    /// <summary>
    /// The address of the first number of a contiguous tensor on the processor. It is valid while the tensor is kept alive.
    /// </summary>
    /// <exception cref="ArgumentException">The tensor is on another device, or its numbers are not contiguous.</exception>
    public static T* Of<T>(Tensor tensor)
        where T : unmanaged
    {
        if (tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException(
                $"A tensor on {tensor.device_type} with strides ({string.Join(", ", tensor.stride())}) "
                + "has no address at which its numbers lie side by side.",
                nameof(tensor));
        }

        if (tensor.numel() == 0)
        {
            return null;
        }

        // Of a view of the first number, because a span of all of them is limited to 2 GB.
        using Tensor flat = tensor.view(-1), first = flat.narrow(0, 0, 1);
        return (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
