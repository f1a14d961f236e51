namespace DenseCL.Data.Loading;

/// <summary>The memory of a batch, reused for later batches.</summary>
internal sealed class ViewBuffers(int batch, int viewBytes)
{
    /// <summary>The views of both kinds, query and key: (batch, size, size, channels).</summary>
    public byte[][] Views { get; } =
    [GC.AllocateUninitializedArray<byte>(checked(batch * viewBytes)), GC.AllocateUninitializedArray<byte>(batch * viewBytes)];

    public CropGeometry[][] Geometry { get; } = [new CropGeometry[batch], new CropGeometry[batch]];

    public int[] Images { get; } = new int[batch];
}
