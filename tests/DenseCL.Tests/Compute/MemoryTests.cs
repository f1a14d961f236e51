using DenseCL.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Tests.Compute;

public unsafe class MemoryTests
{
    [Fact]
    public void A_tensor_of_more_than_2_GB_has_an_address()
    {
        using DisposeScope scope = NewDisposeScope();
        long length = (2L << 30) + 64;
        Tensor tensor = empty([length], ScalarType.Byte);       // takes memory only where it is written to
        byte* address = Memory.Of<byte>(tensor);
        address[0] = 3;
        address[length - 1] = 7;
        Assert.Equal([3, 7], new[] { tensor[0], tensor[length - 1] }.Select(value => (int)value.item<byte>()));
    }

    [Fact]
    public void Its_address_is_that_of_its_own_first_number()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor all = arange(12, ScalarType.Float32).view(4, 3);
        Assert.Equal(6, *Memory.Of<float>(all.narrow(0, 2, 2)));
        Assert.True(Memory.Of<float>(empty(0, 3)) is null);
    }

    [Fact]
    public void Numbers_that_do_not_lie_side_by_side_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor turned = zeros(4, 3).t();
        Assert.Contains(
            "strides (1, 3)",
            Assert
                .Throws<ArgumentException>(() =>
                {
                    Memory.Of<float>(turned);
                })
                .Message,
            StringComparison.Ordinal);
    }
}
