using DenseCL.Reports.Pictures;
using DenseCL.Transfer.Features;
using Parquet;
using Parquet.Schema;

namespace DenseCL.Reports.FeatureFiles;

/// <summary>Rows that wait until there are enough for a group.</summary>
/// <param name="areMaps">Whether each image has several rows.</param>
/// <param name="pictureSide">The longer side of the small pictures in pixels.</param>
internal sealed class ParquetRows(bool areMaps, int pictureSide)
{
    private readonly List<string> paths = [], folders = [];
    private readonly List<int> rows = [], columns = [];
    private readonly List<ReadOnlyMemory<byte>> pictures = [];
    private readonly List<float> values = [];
    private int channels;

    public int Count => paths.Count;

    public int Values => values.Count;

    public void Add(SeenImage image)
    {
        (string path, int height, int width, int length, float[] vectors) = image.Features;
        for (int position = 0; position < height * width; position++)
        {
            paths.Add(path);
            folders.Add(FolderOf(path));
            rows.Add(position / width);
            columns.Add(position % width);
        }

        if (!areMaps)
        {
            pictures.Add(Thumbnail.Jpeg(image, pictureSide));
        }

        values.AddRange(vectors);
        channels = length;
    }

    /// <summary>Writes the rows as a group, and forgets them.</summary>
    public async Task Write(ParquetWriter writer, DataField[] fields)
    {
        using (ParquetRowGroupWriter group = writer.CreateRowGroup())
        {
            await group.WriteAsync(fields[0], paths).ConfigureAwait(false);
            await group.WriteAsync(fields[1], folders).ConfigureAwait(false);
            if (areMaps)
            {
                await group.WriteAsync<int>(fields[2], rows.ToArray()).ConfigureAwait(false);
                await group.WriteAsync<int>(fields[3], columns.ToArray()).ConfigureAwait(false);
            }
            else
            {
                // 1: the structure is there.
                await group.WriteAllPartsAsync<ReadOnlyMemory<byte>>(fields[2], pictures.ToArray(), Filled(Count, 1), null, default)
                    .ConfigureAwait(false);
                ReadOnlyMemory<char>[] names = [.. paths.Select(path => path.AsMemory())];
                await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(fields[3], names, Filled(Count, 1), null, default).ConfigureAwait(false);
            }

            // 2: the list and its element are there. A repetition of 0 begins a list.
            int[] repetitions = Filled(values.Count, 1);
            for (int first = 0; first < repetitions.Length; first += channels)
            {
                repetitions[first] = 0;
            }

            await group.WriteAllPartsAsync<float>(fields[4], values.ToArray(), Filled(values.Count, 2), repetitions, default)
                .ConfigureAwait(false);
            group.CompleteValidate();
        }

        paths.Clear();
        folders.Clear();
        rows.Clear();
        columns.Clear();
        pictures.Clear();
        values.Clear();
    }

    /// <summary>The folder of a path, for colours by folder; empty if there is none.</summary>
    internal static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and int end ? path[..end] : "";

    private static int[] Filled(int count, int value)
    {
        int[] levels = new int[count];
        levels.AsSpan().Fill(value);
        return levels;
    }
}
