using DenseCL.Images;
using DenseCL.Models;
using DenseCL.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenseCL.Transfer;

/// <summary>The last feature map of a frozen backbone over labelled images, position by position, with the label of each position.</summary>
/// <param name="Features">(P, C): the vectors of all positions of all images.</param>
/// <param name="Labels">(P): the class that most pixels of the position have.</param>
public sealed record FrozenFeatures(Tensor Features, Tensor Labels) : IDisposable
{
    private const int ImagesAtOnce = 32;

    /// <summary>Runs a backbone, in evaluation mode, over the folder layout that <c>densecl data scenes</c> writes.</summary>
    /// <param name="backbone">The backbone; it is left in the mode it came in.</param>
    /// <param name="folder">A folder with images/NAME.png and masks/NAME.png, all of one size.</param>
    /// <param name="data">Mean and standard deviation that the backbone was trained with.</param>
    /// <param name="stop">Ends the work.</param>
    /// <exception cref="ImageException">An image or mask cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static FrozenFeatures Of(ResNet backbone, string folder, DataOptions data, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(data);
        bool training = backbone.training;
        backbone.eval();
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using PixelNormalisation normalisation = new(data, CPU);
        try
        {
            List<Tensor> features = [];
            List<long> labels = [];
            foreach (string[] names in Directory.GetFiles(Path.Combine(folder, "images"), "*.png").Order(StringComparer.Ordinal).Chunk(ImagesAtOnce))
            {
                stop.ThrowIfCancellationRequested();
                using DisposeScope batch = NewDisposeScope();
                Tensor map = backbone.forward(cat([.. names.Select(name => Image(name, normalisation))]));              // (N, C, h, w)
                features.Add(map.permute(0, 2, 3, 1).flatten(0, 2).MoveToOuterDisposeScope());              // (N h w, C)
                foreach (string name in names)
                {
                    labels.AddRange(Labels(Path.Combine(folder, "masks", Path.GetFileName(name)), (int)map.shape[3], (int)map.shape[2]));
                }
            }

            return new FrozenFeatures(cat(features).MoveToOuterDisposeScope(), torch.tensor(labels.ToArray()).MoveToOuterDisposeScope());

            static long[] Labels(string mask, int gridWidth, int gridHeight)
            {
                RgbImage image = new();
                ImageDecoder.Decode(mask, image, ImageLimits.Default);
                byte[] classes = new byte[image.Width * image.Height];
                for (int i = 0; i < classes.Length; i++)
                {
                    classes[i] = image.Pixels[3 * i];       // grey: the three channels are the same
                }

                return GridLabels.Majority(classes, image.Width, image.Height, gridWidth, gridHeight);
            }
        }
        finally
        {
            backbone.train(training);
        }
    }

    /// <summary>(1, 3, H, W), normalised.</summary>
    private static Tensor Image(string path, PixelNormalisation normalisation)
    {
        RgbImage image = new();
        ImageDecoder.Decode(path, image, ImageLimits.Default);
        return normalisation.Apply(image.Pixels, image.Height, image.Width);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Features.Dispose();
        Labels.Dispose();
    }
}
