using System.Buffers.Binary;
using System.Text.Json;
using DenseCL.Data;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Tests.Transfer.Segmentation;
using DenseCL.Transfer.Labelled;
using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Tests.Transfer.Labelled;

public sealed class MaskFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names =>
        [.. GoldenSegmentation.Of("masks").EnumerateArray().Select(mask => mask.GetProperty("name").GetString()!)];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void The_numbers_are_those_that_Pillow_wrote(string name)
    {
        JsonElement golden = Golden(name);
        Mask mask = Read(golden.GetProperty("png").GetBytesFromBase64());
        byte[] values = [.. golden.Integers("values").Select(v => (byte)v)];
        Assert.Equal((golden.GetProperty("width").GetInt32(), values.Length / mask.Width), (mask.Width, mask.Height));
        Assert.Equal(values, mask.Values);
        Assert.Equal(new ImageHeader(mask.Width, mask.Height), MaskFile.ReadHeader(folder["mask.png"], ImageLimits.Default));
    }

    [Fact]
    public void What_is_no_mask_is_refused_with_the_reason()
    {
        foreach (JsonElement refused in GoldenSegmentation.Of("refused").EnumerateArray())
        {
            Refused(refused.GetProperty("png").GetBytesFromBase64(), refused.GetProperty("why").GetString()!);
        }

        Assert.Contains(
            "cannot be read",
            Assert.Throws<DataException>(() => MaskFile.Read(folder["nothing.png"], ImageLimits.Default)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_ends_anywhere_is_refused()
    {
        byte[] whole = Golden("grey, 8 bits").GetProperty("png").GetBytesFromBase64();
        for (int length = 0; length < whole.Length - 12; length++)      // without IEND there is no end either
        {
            Refused(whole[..length], "mask.png");
        }
    }

    [Theory]
    [InlineData(16, 0x7FFFFFFFu, "pixels are read")]       // width
    [InlineData(20, 0u, "pixels are read")]                // height
    [InlineData(16, 0xFFFFFFFFu, "pixels are read")]
    [InlineData(33, 0xFFFFFFFFu, "claims")]                // length of the next chunk
    [InlineData(33, 0x7FFFFFFFu, "claims")]
    [InlineData(20, 30_000u, "end early")]                 // more rows than there are
    public void A_hostile_length_takes_no_memory(int at, uint value, string why)
    {
        byte[] file = Golden("grey, 8 bits").GetProperty("png").GetBytesFromBase64();
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), value);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(file, why);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public void Changed_bytes_give_numbers_or_a_reason()
    {
        byte[] whole = Golden("palette, 4 bits").GetProperty("png").GetBytesFromBase64();
        CounterRandom random = new(5);
        for (int i = 0; i < 3000; i++)
        {
            byte[] file = [.. whole];
            for (int changes = random.NextInt(3); changes >= 0; changes--)
            {
                file[8 + random.NextInt(file.Length - 8)] = (byte)random.NextInt(256);
            }

            try
            {
                Assert.NotEmpty(Read(file).Values);
            }
            catch (DataException e)
            {
                Assert.Contains("mask.png", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static JsonElement Golden(string name) =>
        GoldenSegmentation.Of("masks").EnumerateArray().Single(mask => mask.GetProperty("name").ValueEquals(name));

    private Mask Read(byte[] file)
    {
        File.WriteAllBytes(folder["mask.png"], file);
        return LabelMap.Numbers.Read(folder["mask.png"]);
    }

    private void Refused(byte[] file, string why) =>
        Assert.Contains(why, Assert.Throws<DataException>(() => Read(file)).Message, StringComparison.Ordinal);
}
