namespace DenseCL.Weights.Formats.PyTorch;

/// <summary>How files of <c>torch.save</c> begin.</summary>
internal static class TorchMagic
{
    /// <summary>LONG1 with PyTorch's magic number 0x1950a86a20f9469cfc6c, and STOP.</summary>
    private static ReadOnlySpan<byte> Number => [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];

    /// <summary>Before PyTorch 1.6: pickles and storages one after the other; the first pickle is a number.</summary>
    public static bool IsLegacy(ReadOnlySpan<byte> head) => head is [0x80, ..] && head[..Math.Min(head.Length, 32)].IndexOf(Number) >= 0;

    /// <summary>Since PyTorch 1.6.</summary>
    public static bool IsZip(ReadOnlySpan<byte> head) => head is [(byte)'P', (byte)'K', ..];

    /// <summary>Before PyTorch 0.2.</summary>
    public static bool IsTar(ReadOnlySpan<byte> head) => head.Length >= 262 && head[257..262].SequenceEqual("ustar"u8);
}
