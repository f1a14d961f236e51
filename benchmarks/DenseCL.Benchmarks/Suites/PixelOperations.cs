using BenchmarkDotNet.Attributes;
using DenseCL.Data.Scenes;
using DenseCL.Images;
using DenseCL.Images.Operations;
using SkiaSharp;

namespace DenseCL.Benchmarks.Suites;

/// <summary>
/// What is done to a view of 224 × 224 pixels, one thread. Operations in place begin with a copy, whose time is listed for itself.
/// </summary>
public class PixelOperations
{
    private const int Size = 224;

    private readonly Scratch scratch = new();
    private readonly RgbImage photo = new();
    private readonly RgbImage decoded = new();
    private readonly byte[] view = new byte[Size * Size * 3];
    private readonly byte[] into = new byte[Size * Size * 3];
    private byte[] jpeg = [];

    [GlobalSetup]
    public void Prepare()
    {
        (int width, int height) = (500, 375); // the usual size of a photograph of ImageNet
        Scene scene = SceneRenderer.Render(new SceneOptions { Width = width, Height = height }, seed: 0, index: 0);
        photo.Reset(width, height);
        scene.Pixels.CopyTo(photo.Pixels);
        using SKData file = JpegEncoder.Encode(photo.Pixels, width, height, quality: 90);
        jpeg = file.ToArray();
        Crop();
        into.CopyTo(view, 0);
    }

    [Benchmark]
    public void DecodeJpeg() => ImageDecoder.Decode(jpeg, decoded, ImageLimits.Default);

    [Benchmark]
    public void Crop() => Resample.ResizedCrop(photo, 60, 30, 340, 300, into, Size, Size, scratch);

    [Benchmark]
    public Span<byte> Copy()
    {
        view.CopyTo(into, 0);
        return into;
    }

    [Benchmark]
    public void Brightness() => Colour.Brightness(Copy(), 1.2);

    [Benchmark]
    public void Contrast() => Colour.Contrast(Copy(), 1.2);

    [Benchmark]
    public void Saturation() => Colour.Saturation(Copy(), 1.2);

    [Benchmark]
    public void Greyscale() => Colour.Greyscale(Copy());

    [Benchmark]
    public void HueShift() => Hue.Shift(Copy(), 0.05);

    [Benchmark]
    [Arguments(0.5)]
    [Arguments(2.0)]
    public void GaussianBlur(double sigma) => Blur.Gaussian(Copy(), Size, Size, sigma, scratch);

    [Benchmark]
    public void Mirror() => Flip.Horizontal(Copy(), Size, Size);
}
