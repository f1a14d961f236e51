using System.Globalization;
using DenseCL.Data;
using DenseCL.Data.Loading;
using DenseCL.Data.Sources;
using DenseCL.Images;
using DenseCL.Platform;
using DenseCL.Recipes;

namespace DenseCL.Tests.Data;

public sealed class TwoViewLoader_batches : IDisposable
{
    private const int Size = 32;
    private const int ViewBytes = Size * Size * 3;

    private readonly TemporaryImages files = new();

    public void Dispose() => files.Dispose();

    private ImageSource Pictures(int count)
    {
        for (int i = 0; i < count; i++)
            files.Picture(
                string.Create(CultureInfo.InvariantCulture, $"{i:D2}.{(i % 3 == 0 ? "png" : "jpg")}"),
                30 + (7 * i),
                90 - (2 * i),
                i);

        return ImageSource.Open(files.Root);
    }

    private static TwoViewLoaderOptions Options(ImageSource source, int batch = 3) => new()
    {
        Source = source,
        Augmentation = new DataOptions { Size = Size },
        Batch = batch,
        Seed = 7,
        Threads = 2,
        MaxBadShare = 0.5,
    };

    /// <summary>Everything a batch holds, copied so that it can be compared after the batch is recycled.</summary>
    private sealed record Copy(
        int Epoch,
        int Index,
        byte[] Query,
        byte[] Key,
        CropGeometry[] QueryGeometry,
        CropGeometry[] KeyGeometry,
        int[] Images);

    private static Copy Take(ViewBatch batch)
    {
        using (batch)
            return new Copy(
                batch.Epoch,
                batch.Index,
                [.. batch.Query],
                [.. batch.Key],
                [.. batch.QueryGeometry],
                [.. batch.KeyGeometry],
                [.. batch.Images]);
    }

    private static List<Copy> Load(TwoViewLoaderOptions options, int epoch = 0, int firstBatch = 0)
    {
        using var loader = new TwoViewLoader(options);
        return [.. loader.Epoch(epoch, firstBatch, TestContext.Current.CancellationToken).Select(Take)];
    }

    private static void AssertSame(IEnumerable<Copy> expected, IEnumerable<Copy> actual) =>
        Assert.Equivalent(expected, actual, strict: true);

    [Fact]
    public void An_epoch_has_whole_batches_in_order_and_no_image_twice()
    {
        List<Copy> batches = Load(Options(Pictures(11)));

        Assert.Equal([0, 1, 2], batches.Select(b => b.Index));
        Assert.All(
            batches,
            b => Assert.Equal((0, 3 * ViewBytes, 3 * ViewBytes, 3), (b.Epoch, b.Query.Length, b.Key.Length, b.Images.Length)));
        Assert.Equal(9, batches.SelectMany(b => b.Images).Distinct().Count());
        Assert.All(batches.SelectMany(b => b.Images), i => Assert.InRange(i, 0, 10));
    }

    [Fact]
    public void The_batches_are_the_same_for_every_number_of_threads()
    {
        ImageSource source = Pictures(11);
        files.Truncated("05b.jpg");
        source = ImageSource.Open(files.Root);
        List<Copy> one = Load(Options(source) with { Threads = 1, Skipped = new(), Prefetch = 1 }, epoch: 3);

        foreach (int threads in (int[])[2, 5])
            AssertSame(one, Load(Options(source) with { Threads = threads, Skipped = new(), Prefetch = threads }, epoch: 3));
    }

    [Fact]
    public void An_epoch_entered_in_the_middle_goes_on_as_the_whole_one()
    {
        ImageSource source = Pictures(11);
        List<Copy> whole = Load(Options(source), epoch: 2);

        for (int first = 0; first <= 3; first++)
            AssertSame(whole[first..], Load(Options(source), epoch: 2, firstBatch: first));
    }

    [Fact]
    public void Several_epochs_in_one_go_are_the_epochs_one_by_one()
    {
        ImageSource source = Pictures(7);
        using var loader = new TwoViewLoader(Options(source) with { Prefetch = 5 });

        List<Copy> run = [.. loader.Epochs(1, 1, 4, TestContext.Current.CancellationToken).Select(Take)];

        AssertSame([.. Load(Options(source), 1, 1), .. Load(Options(source), 2), .. Load(Options(source), 3)], run);
    }

    [Fact]
    public void Epochs_and_seeds_and_views_differ()
    {
        ImageSource source = Pictures(11);
        List<Copy> batches = Load(Options(source));
        int[] order = [.. batches.SelectMany(b => b.Images)];

        Assert.NotEqual(order, Load(Options(source), epoch: 1).SelectMany(b => b.Images));
        Assert.NotEqual(order, Load(Options(source) with { Seed = 8 }).SelectMany(b => b.Images));
        Assert.All(batches, b => Assert.All(b.QueryGeometry.Zip(b.KeyGeometry), g => Assert.NotEqual(g.First, g.Second)));
        Assert.All(batches, b => Assert.NotEqual(b.Query, b.Key));
    }

    [Fact]
    public void An_image_is_cut_differently_in_every_epoch()
    {
        for (int i = 0; i < 6; i++)
            files.Picture(string.Create(CultureInfo.InvariantCulture, $"{i}.jpg"), 200, 200, i);
        var source = ImageSource.Open(files.Root);
        var cuts = Enumerable.Range(0, 8)
            .SelectMany(e => Load(Options(source, batch: 6), e))
            .SelectMany(b => b.Images.Zip(b.QueryGeometry.Zip(b.KeyGeometry)))
            .SelectMany(i => new[] { (i.First, i.Second.First), (i.First, i.Second.Second) })
            .ToList();

        Assert.Equal(96, cuts.Count);
        Assert.Equal(96, cuts.Distinct().Count());
    }

    [Fact]
    public void Every_view_can_be_made_again_from_its_key_alone()
    {
        ImageSource source = Pictures(11);
        TwoViewLoaderOptions options = Options(source);
        var image = new RgbImage();
        var augmentation = new Augmentation(options.Augmentation);
        byte[] view = new byte[ViewBytes];

        foreach (Copy batch in Load(options, epoch: 4))
        {
            for (int slot = 0; slot < 3; slot++)
            {
                ImageDecoder.Decode(source.Entries[batch.Images[slot]].Path, image, new ImageLimits());
                foreach ((ulong number, byte[] views, CropGeometry[] geometry) in new[] { (0UL, batch.Query, batch.QueryGeometry), (1UL, batch.Key, batch.KeyGeometry) })
                {
                    var random = new CounterRandom(7, (ulong)RandomPurpose.View, 4, (ulong)batch.Images[slot], number);
                    ViewParameters parameters = ViewParameters.Draw(options.Augmentation, ref random, image.Width, image.Height);
                    augmentation.Apply(image, parameters, view);

                    Assert.Equal(parameters.Crop, geometry[slot]);
                    Assert.True(view.AsSpan().SequenceEqual(views.AsSpan(slot * ViewBytes, ViewBytes)));
                }
            }
        }
    }

    [Fact]
    public void Images_that_break_while_decoding_are_replaced_and_listed()
    {
        Pictures(9);
        files.Truncated("broken/1.jpg", 1);
        files.Truncated("broken/2.png", 2);
        ImageSource source = ImageSource
            .Open(files.Root)
            .CheckHeaders(new ImageLimits(), 2, 0, new SkippedImages(), null, TestContext.Current.CancellationToken);
        Assert.Equal(11, source.Entries.Count);
        TwoViewLoaderOptions options = Options(source, batch: 11) with { MaxBadShare = 2.0 / 11 };

        for (int epoch = 0; epoch < 5; epoch++)
        {
            Copy batch = Assert.Single(Load(options, epoch));
            Assert.DoesNotContain(batch.Images, i => source.Entries[i].Name.StartsWith("broken/", StringComparison.Ordinal));
            Assert.Equal(9, batch.Images.Distinct().Count());
        }

        Assert.Equal(["broken/1.jpg", "broken/2.png"], options.Skipped.Entries.Select(e => e.File));
    }

    [Fact]
    public void More_broken_images_than_are_borne_end_the_epoch()
    {
        Pictures(9);
        files.Truncated("broken/1.jpg", 1);
        files.Truncated("broken/2.png", 2);

        DataException error = Assert.Throws<DataException>(() =>
            Load(Options(ImageSource.Open(files.Root), batch: 11) with { MaxBadShare = 0.1 }));

        Assert.StartsWith(
            "2 of 11 images (18.18%) cannot be used, more than data.maxBadShare = 0.1 allows: broken/1.jpg (",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Images_left_out_by_their_headers_count_towards_the_share()
    {
        files.BadHeaders();
        Pictures(4);
        files.Truncated("broken.jpg");
        var skipped = new SkippedImages();
        ImageSource source = ImageSource
            .Open(files.Root)
            .CheckHeaders(new ImageLimits(), 2, 0.5, skipped, null, TestContext.Current.CancellationToken);

        Assert.StartsWith(
            "6 of 10 images (60%)",
            Assert.Throws<DataException>(() => Load(Options(source, batch: 5) with { Skipped = skipped, MaxBadShare = 0.5 })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_have_all_become_unreadable_end_the_epoch_whatever_is_borne()
    {
        ImageSource source = Pictures(3);
        Directory.Delete(files.Root, recursive: true);
        Directory.CreateDirectory(files.Root);

        Assert.StartsWith(
            "No image could be decoded in 100 draws",
            Assert.Throws<DataException>(() => Load(Options(source) with { MaxBadShare = 1 })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_images_than_a_batch_are_refused_with_what_to_choose()
    {
        Assert.Equal(
            "There are 11 images, fewer than one batch of 12: choose optim.batch = 8 or give more images.",
            Assert.Throws<DataException>(() => Load(Options(Pictures(11), batch: 12))).Message);
    }

    [Fact]
    public void Options_and_places_out_of_range_are_refused()
    {
        TwoViewLoaderOptions options = Options(Pictures(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Batch = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Threads = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { Prefetch = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { MaxBadShare = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { MaxBadShare = 1.01 });
        using var loader = new TwoViewLoader(options);
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epoch(-1, 0, CancellationToken.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epoch(0, 2, CancellationToken.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epochs(1, 0, 1, CancellationToken.None));
    }

    [Fact]
    public void The_memory_of_disposed_batches_is_used_again()
    {
        using var loader = new TwoViewLoader(Options(Pictures(11)) with { Prefetch = 2 });
        var arrays = new HashSet<byte[]>(ReferenceEqualityComparer.Instance);
        int batches = 0;
        foreach (ViewBatch batch in loader.Epochs(0, 0, 10, TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                arrays.Add(batch.Query);
                arrays.Add(batch.Key);
                batches++;
            }
        }

        Assert.Equal(30, batches);
        Assert.InRange(arrays.Count, 2, 2 * 3); // two under way and one with the consumer
    }

    [Fact]
    public void Batches_that_are_kept_are_not_overwritten()
    {
        ImageSource source = Pictures(11);
        using var loader = new TwoViewLoader(Options(source) with { Prefetch = 1 });

        List<ViewBatch> kept = [.. loader.Epochs(0, 0, 3, TestContext.Current.CancellationToken)];

        AssertSame([.. Load(Options(source)), .. Load(Options(source), 1), .. Load(Options(source), 2)], kept.Select(Take));
    }

    [Fact]
    public void A_disposed_batch_gives_no_access_to_memory_that_is_used_again()
    {
        using var loader = new TwoViewLoader(Options(Pictures(3)));
        ViewBatch batch = loader.Epoch(0, 0, TestContext.Current.CancellationToken).Single();
        batch.Dispose();
        batch.Dispose();

        Assert.Throws<ObjectDisposedException>(() => batch.Query);
        Assert.Throws<ObjectDisposedException>(() => batch.Images);
    }
}
