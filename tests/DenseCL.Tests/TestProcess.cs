using System.Runtime.CompilerServices;
using DenseCL.Platform;
using TorchSharp;

namespace DenseCL.Tests;

/// <summary>What holds for the whole test process.</summary>
internal static class TestProcess
{
    /// <summary>
    /// One thread for tensors: how a sum is split among threads changes its last digits, and the tests are to give the same numbers on
    /// every machine. The test collections run beside each other instead.
    /// </summary>
    [ModuleInitializer]
    internal static void Prepare()
    {
        TorchRuntime.EnsureReady();
        torch.set_num_threads(1);
    }
}
