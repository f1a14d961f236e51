namespace DenseCL.Data.Loading;

/// <summary>The memory of a batch, reused for later batches.</summary>
internal sealed class ViewBuffers(int batch, int size)
{
    /// <summary>The views of both kinds, query and key: (batch, size, size, 3).</summary>
    public byte[][] Views { get; } =
    [GC.AllocateUninitializedArray<byte>(checked(batch * size * size * 3)), GC.AllocateUninitializedArray<byte>(batch * size * size * 3)];

    public CropGeometry[][] Geometry { get; } = [new CropGeometry[batch], new CropGeometry[batch]];

    public int[] Images { get; } = new int[batch];
}
