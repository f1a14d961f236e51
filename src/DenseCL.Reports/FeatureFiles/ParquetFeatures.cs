using DenseCL.Transfer.Features;
using Parquet;
using Parquet.Schema;

namespace DenseCL.Reports.FeatureFiles;

/// <summary>
/// A Parquet table with a row for each vector: <c>path</c>, <c>folder</c> and <c>vector</c>, a list of float32. Pooled features also have
/// <c>image</c>, a small JPEG as {bytes, path}, the form in which Embedding Atlas and Hugging Face's datasets show pictures; the vectors
/// of maps have <c>row</c> and <c>column</c>.
/// </summary>
internal static class ParquetFeatures
{
    private const int RowsInGroup = 4096, ValuesInGroup = 1 << 22;     // a group is in memory while it is written: 16 MB of vectors
    private const int PictureSide = 96;

    public static void Write(FileStream file, FeatureSet features)
    {
        ListField vector = new("vector", new DataField<float>("element", nullable: false));
        StructField image = new("image", new DataField<byte[]>("bytes", nullable: false), Text("path"));
        ParquetSchema schema = features.AreMaps
            ? new ParquetSchema(Text("path"), Text("folder"), new DataField<int>("row"), new DataField<int>("column"), vector)
            : new ParquetSchema(Text("path"), Text("folder"), image, vector);
        WriteAsync(file, schema, features).GetAwaiter().GetResult();
    }

    private static DataField<string> Text(string name) => new(name, nullable: false);

    private static async Task WriteAsync(FileStream file, ParquetSchema schema, FeatureSet features)
    {
        ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            writer.CustomMetadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["weights"] = features.Weights };
            ParquetRows rows = new(features.AreMaps, PictureSide);
            foreach (SeenImage image in features.Compute("images"))
            {
                rows.Add(image);
                if (rows.Count >= RowsInGroup || rows.Values >= ValuesInGroup)
                {
                    await rows.Write(writer, schema.GetDataFields()).ConfigureAwait(false);
                }
            }

            if (rows.Count > 0)
            {
                await rows.Write(writer, schema.GetDataFields()).ConfigureAwait(false);
            }
        }
    }
}
