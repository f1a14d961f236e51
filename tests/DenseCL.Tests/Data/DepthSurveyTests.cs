using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Recipes;
using DenseCL.Recipes.Settings;
using DenseCL.Tests.Images;

namespace DenseCL.Tests.Data;

public sealed class DepthSurveyTests : IDisposable
{
    private readonly TemporaryImages files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Pictures_of_12_bits_in_16_are_said_with_what_to_choose()
    {
        Ramps(20, 0, 4095);
        files.Picture("photo.jpg");

        string? note = Look().Note;

        Assert.Equal(
            "20 of 20 images of 16 bits that were looked at use at most 12 bits, and become nearly black. "
            + "Choose data.depth=12 if that is what the camera writes, or data.depth=stretch.",
            note);
    }

    [Theory]
    [InlineData(65535)]
    [InlineData(32767)]
    public void Pictures_that_use_their_bits_are_not_mentioned(int largest)
    {
        Ramps(5, 0, largest);
        Assert.Null(Look().Note);
    }

    [Fact]
    public void A_file_that_says_how_many_bits_it_uses_is_right_as_it_is()
    {
        files.Write("12-of-16.tif", Golden.File("grey16-of-12-bits.tif").Data);
        files.Write("12.tif", Golden.File("grey12.tif").Data);
        Assert.Null(Look().Note);
    }

    [Fact]
    public void A_set_of_8_bits_has_no_note_and_nothing_to_stretch()
    {
        files.Picture("a.jpg");
        files.Picture("b.png");
        Assert.Null(Look().Note);
        Assert.Equal("16", Look().Stretched.ToString());
    }

    [Fact]
    public void Stretching_takes_the_tails_of_the_set()
    {
        // 100 · 100 values of each picture: 1000 … 10999, each once. Of 30,000 values in all, the tails are 30.
        for (int i = 0; i < 3; i++)
            files.Write($"{i}.png", HostileFileTests.DeepPng(100, 100, (x, y) => 1000 + (y * 100) + x));

        Assert.Equal(PixelDepth.OfRange(1010, 10_990), Look().Stretched);
    }

    [Fact]
    public void Pictures_of_one_value_can_be_stretched()
    {
        files.Write("flat.png", HostileFileTests.DeepPng(32, 32, (_, _) => 65535));
        Assert.Equal(PixelDepth.OfRange(65534, 65535), Look().Stretched);
    }

    [Fact]
    public void A_recipe_gets_the_values_and_others_stay_as_they_are()
    {
        Ramps(3, 100, 3000);
        var source = ImageSource.Open(files.Root);
        Recipe plain = new(), stretch = new() { Data = new DataOptions { Depth = PixelDepth.Stretch } };

        Assert.Same(plain, Survey.Measured(plain, source, TestContext.Current.CancellationToken));
        PixelDepth measured = Survey.Measured(stretch, source, TestContext.Current.CancellationToken).Data.Depth;
        Assert.False(measured.IsStretch);
        Assert.Equal(Look().Stretched, measured);
    }

    private DepthSurvey Look() => DepthSurvey.Of(ImageSource.Open(files.Root), ImageLimits.Default, TestContext.Current.CancellationToken);

    private void Ramps(int count, int smallest, int largest)
    {
        for (int i = 0; i < count; i++)
            files.Write($"{i:D2}.png", HostileFileTests.DeepPng(64, 48, (x, _) => smallest + ((largest - smallest) * x / 63)));
    }
}
