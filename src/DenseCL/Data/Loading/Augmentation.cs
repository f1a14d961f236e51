using DenseCL.Images;
using DenseCL.Images.Operations;
using DenseCL.Recipes;

namespace DenseCL.Data.Loading;

/// <summary>
/// Makes a view of an image: crop and resize, change the colours, make grey, blur, mirror. It makes no random decisions: the same image and
/// <see cref="ViewParameters"/> give the same pixels. Use one instance per thread, because it owns working memory.
/// </summary>
/// <param name="options">The size of the views, and whether the hue is rotated at all.</param>
internal sealed class Augmentation(DataOptions options)
{
    private readonly DataOptions options = options ?? throw new ArgumentNullException(nameof(options));
    private readonly Scratch scratch = new();

    /// <summary>Makes one view.</summary>
    /// <param name="source">The image.</param>
    /// <param name="parameters">What to do; drawn for an image of this size.</param>
    /// <param name="view">Receives the view, (Size, Size, Channels): red green blue, or as many channels as the image has; 8 bits.</param>
    /// <exception cref="ArgumentException">The crop is not inside the image, or <paramref name="view"/> has another length.</exception>
    public void Apply(RgbImage source, in ViewParameters parameters, Span<byte> view) =>
        Apply(source, new DecodedPart(0, 0, 1), parameters, view);

    /// <summary>Makes one view of a part of an image; the part must contain the crop.</summary>
    internal void Apply(RgbImage source, DecodedPart part, in ViewParameters parameters, Span<byte> view)
    {
        int size = options.Size, channels = options.Channels;
        CropGeometry crop = parameters.Crop;
        (int left, int top, double by) = (crop.Left - part.Left, crop.Top - part.Top, part.Reduction);
        if (part.Reduction == 1)
            Resample.ResizedCrop(source, left, top, crop.Width, crop.Height, view, size, size, scratch);
        else
            Resample.ResizedBox(source, left / by, top / by, crop.Width / by, crop.Height / by, view, size, size, scratch);

        if (parameters.Jitter)
        {
            ChangeColours(parameters, view);
        }

        if (parameters.Greyscale && channels == DataOptions.Rgb)
        {
            Colour.Greyscale(view);
        }

        if (parameters.Blurred)
        {
            Blur.Gaussian(view, size, size, parameters.BlurSigma, scratch, channels);
        }

        if (crop.Flipped)
        {
            Flip.Horizontal(view, size, size, channels);
        }

        if (crop.FlippedVertically)
        {
            Flip.Vertical(view, size, size, channels);
        }

        if (crop.Transposed)
        {
            Flip.Transpose(view, size, channels);
        }
    }

    // The order is a number with the bases 4, 3, 2, 1: each digit says which of the remaining changes comes next.
    private void ChangeColours(in ViewParameters parameters, Span<byte> view)
    {
        Span<int> left = [0, 1, 2, 3];
        for (int rest = parameters.JitterOrder; left.Length > 0; rest /= left.Length + 1)
        {
            int next = rest % left.Length;
            switch (left[next])
            {
                case 0 when parameters.Channels is { } each:
                    for (int channel = 0; channel < each.Length; channel++)
                        Colour.Brightness(view, channel, each.Length, each[channel].Brightness);
                    break;
                case 1 when parameters.Channels is { } each:
                    for (int channel = 0; channel < each.Length; channel++)
                        Colour.Contrast(view, channel, each.Length, each[channel].Contrast);
                    break;
                case 2 or 3 when parameters.Channels is not null:
                    break; // neither saturation nor hue without red, green and blue
                case 0:
                    Colour.Brightness(view, parameters.Brightness);
                    break;
                case 1:
                    Colour.Contrast(view, parameters.Contrast);
                    break;
                case 2:
                    Colour.Saturation(view, parameters.Saturation);
                    break;
                case 3 when options.Hue > 0: // even a rotation by 0 changes pixels
                    Hue.Shift(view, parameters.Hue);
                    break;
            }

            left[(next + 1)..].CopyTo(left[next..]);
            left = left[..^1];
        }
    }
}
