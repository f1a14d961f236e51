using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using DenseCL.Reports.TensorBoard;
using DenseCL.Tests.Cli;
using DenseCL.Training;
using Tensorboard;

namespace DenseCL.Tests.Reports;

/// <summary>Files are read here by the published layout alone, with another CRC and without the library that wrote them.</summary>
public sealed class EventFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // RFC 3720, B.4, and the usual check.
    [Theory]
    [InlineData("313233343536373839", 0xE3069283)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8A9136AA)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 0x62A8AB43)]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0x46DD794E)]
    public void The_checksum_is_that_of_the_standard(string hex, uint expected)
    {
        byte[] data = Convert.FromHexString(hex);
        Assert.Equal(expected, EventFile.Crc32C(data));
        Assert.Equal(expected, ByBits(data));
        Assert.Equal(Masked(expected), EventFile.Checksum(data));
    }

    [Fact]
    public void Curves_have_the_values_and_steps_of_the_logs_and_a_resumed_run_has_no_step_twice()
    {
        using (RunFolder run = RunFolder.Open(folder["run"], resume: false))
        {
            File.WriteAllText(run.Recipe, "");      // so that the folder stays
            Log(run, 1, 4);
            using (TensorBoardLog log = new(run, step: 0))
            {
                Log(run, 5, 6);
                File.AppendAllText(run.Metrics, "{\"step\":7,\"lo");      // still being written
            }

            Assert.Equal([1, 2, 3, 4, 5, 6], Curve(run, "loss/total").Select(point => point.Step));
            byte[] cut = File.ReadAllBytes(Assert.Single(EventFile.In(run.Path)));
            File.WriteAllBytes(Assert.Single(EventFile.In(run.Path)), cut[..^5]);       // as after a kill

            // The checkpoint was of step 4; the training has cut its logs to it.
            File.WriteAllText(run.Metrics, "");
            File.WriteAllText(run.Speed, "");
            Log(run, 1, 4);
            using (TensorBoardLog log = new(run, step: 4))
            {
                Log(run, 5, 8);
            }

            Assert.Single(EventFile.In(run.Path));
            Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Curve(run, "loss/total").Select(point => point.Step));
            Assert.Equal([0.5f, 1, 1.5f, 2, 2.5f, 3, 3.5f, 4], Curve(run, "loss/total").Select(point => point.Value));
            Assert.Equal(8, Curve(run, "health/deviation").Count);
            Assert.Equal(8, Curve(run, "speed/imagesPerSecond").Count);
            Assert.Equal([8], Curve(run, "probe/knn.accuracy").Select(point => point.Step));
        }
    }

    [Fact]
    public void A_training_writes_curves_weights_and_matches()
    {
        string scenes = ResumeTests.Scenes(folder), run = folder["run"];
        (int status, string output, string error) = Densecl.Run(
            [.. ResumeTests.Arguments(Path.Combine(scenes, "images"), run), "--tensorboard"]);
        Assert.True(status == 0, output + error);
        (byte[][] records, _) = Records(Assert.Single(Directory.GetFiles(run, "events.out.tfevents.*")));
        Assert.Contains("brain.Event:2", Encoding.ASCII.GetString(records[0]), StringComparison.Ordinal);

        string[] lines = File.ReadAllLines(Path.Combine(run, "metrics.jsonl"));
        double[] losses = [.. lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble())];
        using RunFolder opened = RunFolder.Open(run, resume: true);
        Assert.Equal(losses.Select(loss => (float)loss), Curve(opened, "loss/total").Select(point => point.Value));

        Event last = EventFile.Read(EventFile.In(run)[0]).Last();
        Assert.Equal(lines.Length, last.Step);
        Summary.Types.Value weights = last.Summary.Value.Single(value => value.Tag == "weights/conv1.weight");
        Assert.Equal((64 * 3 * 7 * 7, 64.0 * 3 * 7 * 7), (weights.Histo.Num, weights.Histo.Bucket.Sum()));
        Assert.Equal(weights.Histo.Max, weights.Histo.BucketLimit[^1], 6);
        Summary.Types.Image picture = last.Summary.Value.Single(value => value.Tag == "matches").Image;
        Assert.Equal((840, 3), (picture.Width, picture.Colorspace));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], picture.EncodedImageString.Span[..4].ToArray());
        Assert.All(EventFile.Read(EventFile.In(run)[0]), one => Assert.InRange(
            DateTime.UnixEpoch.AddSeconds(one.WallTime), DateTime.UtcNow.AddHours(-1), DateTime.UtcNow.AddHours(1)));
    }

    [Fact]
    public void A_histogram_counts_every_number_once()
    {
        HistogramProto histogram = WeightHistogram.Of([-1, -1, 0, 0.5f, 2]);
        Assert.Equal((-1, 2, 5, 0.5, 6.25), (histogram.Min, histogram.Max, histogram.Num, histogram.Sum, histogram.SumSquares));
        Assert.Equal((2.0, 1.0, 5.0), (histogram.Bucket[0], histogram.Bucket[^1], histogram.Bucket.Sum()));
        Assert.Equal(5, WeightHistogram.Of([3, 3, 3, 3, 3]).Bucket[0]);
        Assert.Equal(0, WeightHistogram.Of([]).Num);
    }

    private static void Log(RunFolder run, int from, int to)
    {
        for (int step = from; step <= to; step++)
        {
            File.AppendAllText(run.Metrics, FormattableString.Invariant(
                $"{{\"step\":{step},\"epoch\":1,\"learningRate\":0.03,\"loss\":{step * 0.5},\"health\":{{\"deviation\":0.9}}}}\n"));
            if (step == 8)
            {
                File.AppendAllText(run.Metrics, "{\"step\":8,\"epoch\":1,\"probe\":{\"knn.accuracy\":0.5}}\n");
            }

            File.AppendAllText(run.Speed, FormattableString.Invariant($"{{\"step\":{step},\"epoch\":1,\"imagesPerSecond\":100.5}}\n"));
        }
    }

    /// <summary>A curve, by the wire format: Event.step is field 2, summary 5; its values field 1, of tag 1 and simple_value 2.</summary>
    private static List<(long Step, float Value)> Curve(RunFolder run, string tag)
    {
        (byte[][] records, bool whole) = Records(Assert.Single(EventFile.In(run.Path)));
        Assert.True(whole);
        List<(long, float)> points = [];
        foreach (byte[] record in records)
        {
            List<(int Field, ulong Number, byte[] Bytes)> fields = Fields(record);
            long step = (long)fields.FirstOrDefault(field => field.Field == 2).Number;
            foreach (var value in fields.Where(field => field.Field == 5).SelectMany(summary => Fields(summary.Bytes)).Select(value => Fields(value.Bytes)))
            {
                if (Encoding.UTF8.GetString(value.Single(field => field.Field == 1).Bytes) == tag)
                {
                    points.Add((step, BitConverter.UInt32BitsToSingle((uint)value.FirstOrDefault(field => field.Field == 2).Number)));
                }
            }
        }

        return points;
    }

    private static (byte[][] Records, bool Whole) Records(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        List<byte[]> records = [];
        int at = 0;
        while (at + 12 <= file.Length)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(ByBits(file.AsSpan(at, 8))), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            byte[] record = file[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(ByBits(record)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            records.Add(record);
            at += 16 + length;
        }

        return ([.. records], at == file.Length);
    }

    private static List<(int Field, ulong Number, byte[] Bytes)> Fields(byte[] message)
    {
        List<(int, ulong, byte[])> fields = [];
        int at = 0;
        while (at < message.Length)
        {
            ulong key = Varint();
            switch (key & 7)
            {
                case 0:
                    fields.Add(((int)(key >> 3), Varint(), []));
                    break;
                case 1:
                    fields.Add(((int)(key >> 3), BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(at)), []));
                    at += 8;
                    break;
                case 2:
                    int length = (int)Varint();
                    fields.Add(((int)(key >> 3), 0, message[at..(at + length)]));
                    at += length;
                    break;
                default:
                    fields.Add(((int)(key >> 3), BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at)), []));
                    at += 4;
                    break;
            }
        }

        return fields;

        ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = message[at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
        }
    }

    private static uint Masked(uint crc) => ((crc >> 15) | (crc << 17)) + 0xa282ead8u;

    private static uint ByBits(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
            }
        }

        return ~crc;
    }
}
