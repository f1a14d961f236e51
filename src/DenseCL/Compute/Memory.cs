using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Compute;

/// <summary>Where a tensor's numbers are.</summary>
internal static unsafe class Memory
{
    /// <summary>The address of the first number of a contiguous tensor on the processor. Good as long as the tensor is held.</summary>
    /// <exception cref="ArgumentException">The tensor lies elsewhere, or its numbers do not lie side by side.</exception>
    public static T* Of<T>(Tensor tensor)
        where T : unmanaged
    {
        if (tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException(
                $"A tensor on {tensor.device_type} with strides ({string.Join(", ", tensor.stride())}) has no address at which its numbers lie side by side.",
                nameof(tensor));
        }

        if (tensor.numel() == 0)
        {
            return null;
        }

        // Of a view of the first number, because a span of all of them ends at 2 GB.
        using Tensor flat = tensor.view(-1), first = flat.narrow(0, 0, 1);
        return (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
