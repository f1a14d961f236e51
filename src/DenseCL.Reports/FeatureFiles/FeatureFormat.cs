namespace DenseCL.Reports.FeatureFiles;

/// <summary>What features are written as; docs/features.md describes each.</summary>
public enum FeatureFormat
{
    /// <summary>A safetensors file.</summary>
    Safetensors,

    /// <summary>A numpy array, and beside it a list of the images.</summary>
    Npy,

    /// <summary>A Parquet table, as Embedding Atlas, pandas and DuckDB read it.</summary>
    Parquet,

    /// <summary>A folder for TensorBoard's projector.</summary>
    Projector,

    /// <summary>A folder of pictures: the three principal components of each map as colours.</summary>
    Pca,
}
