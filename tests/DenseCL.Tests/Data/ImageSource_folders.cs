using System.Globalization;
using DenseCL.Data;
using DenseCL.Data.Sources;

namespace DenseCL.Tests.Data;

public sealed class ImageSource_folders : IDisposable
{
    private readonly TemporaryImages files = new();

    public void Dispose() => files.Dispose();

    private string[] NamesOf(string folder = "") => [.. ImageSource.Open(Path.Combine(files.Root, folder)).Entries.Select(e => e.Name)];

    [Theory]
    [InlineData("")]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    [InlineData("sv-SE")]
    public void A_folder_is_listed_with_all_below_it_in_ordinal_order_whatever_the_culture(string culture)
    {
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        files.Names(
            "b/x.jpg",
            "b-c/x.jpg",
            "B.PNG",
            "a.JPG",
            "ä.jpeg",
            "z.webp",
            "i.GIF",
            "deep/er/and/deeper.bmp",
            "10.jfif",
            "9.jpe",
            "a.JPG.txt",
            "noextension");

        // '-' before '/' before letters, capitals before small letters, 'ä' behind 'z', digits one by one.
        Assert.Equal(
            ["10.jfif", "9.jpe", "B.PNG", "a.JPG", "b-c/x.jpg", "b/x.jpg", "deep/er/and/deeper.bmp", "i.GIF", "z.webp", "ä.jpeg"],
            NamesOf());
    }

    [Fact]
    public void Numbers_in_the_description_are_written_the_same_in_every_country()
    {
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        for (int i = 0; i < 1001; i++)
            files.Write(string.Create(CultureInfo.InvariantCulture, $"{i}.jpg"));

        Assert.Equal($"1,001 images below {files.Root}.", ImageSource.Open(files.Root).Description);
    }

    [Fact]
    public void Entries_know_their_path_and_length()
    {
        string path = files.Write("a/b.jpg", 1, 2, 3);

        ImageEntry entry = Assert.Single(ImageSource.Open(files.Root + Path.DirectorySeparatorChar).Entries);

        Assert.Equal(("a/b.jpg", 3L, null), (entry.Name, entry.Length, entry.Label));
        Assert.Equal(Path.GetFullPath(path), Path.GetFullPath(entry.Path));
    }

    [Fact]
    public void Hidden_files_and_folders_are_passed_over()
    {
        files.Names("a.jpg", ".b.jpg", ".trash/c.jpg", "d/.e/f.jpg");

        Assert.Equal(["a.jpg"], NamesOf());
    }

    [Fact]
    public void Links_in_a_circle_are_survived_and_a_folder_with_two_names_is_taken_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making links needs a privilege there");
        files.Names("a/x.jpg", "a/b/y.jpg");
        Directory.CreateSymbolicLink(files.PathOf("a/b/up"), files.PathOf("a"));
        Directory.CreateSymbolicLink(files.PathOf("a/b/root"), files.Root);
        Directory.CreateSymbolicLink(files.PathOf("self"), files.PathOf("self"));
        Directory.CreateSymbolicLink(files.PathOf("z"), files.PathOf("a/b"));

        Assert.Equal(["a/b/y.jpg", "a/x.jpg"], NamesOf());
    }

    [Fact]
    public void Links_to_folders_and_files_elsewhere_are_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making links needs a privilege there");
        using var elsewhere = new TemporaryImages();
        elsewhere.Names("x.jpg");
        Directory.CreateSymbolicLink(files.PathOf("there"), elsewhere.Root);
        File.CreateSymbolicLink(files.PathOf("y.jpg"), elsewhere.PathOf("x.jpg"));
        File.CreateSymbolicLink(files.PathOf("nowhere.jpg"), elsewhere.PathOf("absent.jpg"));

        Assert.Equal(
            [("nowhere.jpg", -1), ("there/x.jpg", 5), ("y.jpg", 5)],
            ImageSource.Open(files.Root).Entries.Select(e => (e.Name, e.Length)));
    }

    [Fact]
    public void A_folder_a_class_gives_labels_in_the_order_of_the_names()
    {
        files.Names("zebra/1.jpg", "ant/1.jpg", "ant/2.jpg", "Bee/1.jpg", "empty/readme.txt");

        var source = ImageSource.Open(files.Root);

        Assert.Equal(["Bee", "ant", "zebra"], source.ClassNames);
        Assert.Equal(
            [("Bee/1.jpg", 0), ("ant/1.jpg", 1), ("ant/2.jpg", 1), ("zebra/1.jpg", 2)],
            source.Entries.Select(e => (e.Name, e.Label!.Value)));
        Assert.Equal($"4 images below {files.Root}, ImageNet layout, 3 classes.", source.Description);
    }

    [Theory]
    [InlineData("a/1.jpg", "b/1.jpg", "loose.jpg")]
    [InlineData("a/1.jpg", "b/c/1.jpg")]
    [InlineData("only/1.jpg", "only/2.jpg")]
    public void Folders_that_are_no_classes_give_no_labels(params string[] names)
    {
        files.Names(names);

        var source = ImageSource.Open(files.Root);

        Assert.Empty(source.ClassNames);
        Assert.All(source.Entries, e => Assert.Null(e.Label));
    }

    [Theory]
    [InlineData("train/a/1.jpg", "train/b/2.jpg", "val/a/3.jpg", "val/b/4.jpg")]
    [InlineData("Train/a/1.jpg", "Train/b/2.jpg", "TEST/3.jpg")]
    [InlineData("train/a/1.jpg", "train/b/2.jpg", "validation/a/3.jpg", "extra/4.jpg")]
    public void Of_train_and_held_out_images_only_train_is_taken(params string[] names)
    {
        files.Names(names);

        var source = ImageSource.Open(files.Root);

        Assert.Equal(["a/1.jpg", "b/2.jpg"], source.Entries.Select(e => e.Name));
        Assert.Equal(["a", "b"], source.ClassNames);
        Assert.Contains("rain/ is used, not ", source.Description, StringComparison.Ordinal);
        Assert.Equal(source.Fingerprint, ImageSource.Open(Path.Combine(files.Root, names[0].Split('/')[0])).Fingerprint);
    }

    [Fact]
    public void A_folder_named_train_beside_other_images_is_no_split()
    {
        files.Names("train/locomotive.jpg", "car/beetle.jpg");

        Assert.Equal(["car/beetle.jpg", "train/locomotive.jpg"], NamesOf());
    }

    [Fact]
    public void Of_a_coco_folder_only_train2017_is_taken()
    {
        files.Names("train2017/1.jpg", "val2017/2.jpg", "annotations/instances_train2017.json", "annotations/drawn.png");

        var source = ImageSource.Open(files.Root);

        Assert.Equal(["1.jpg"], source.Entries.Select(e => e.Name));
        Assert.Equal(
            $"1 image below {Path.Combine(files.Root, "train2017")} (only train2017/ is used, not annotations/, val2017/), COCO layout.",
            source.Description);
    }

    [Fact]
    public void Masks_beside_the_images_are_not_trained_on()
    {
        files.Names("images/train/1.jpg", "images/val/2.jpg", "labels/train/1.png", "labels/val/2.png");

        var source = ImageSource.Open(files.Root);

        Assert.Equal(["1.jpg"], source.Entries.Select(e => e.Name));
        Assert.Contains("(only images/train/ is used, not labels/, images/val/)", source.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_that_are_not_read_are_counted()
    {
        files.Names("a.jpg", "b.JP2", "c.jp2", "d.heic", "notes.txt");

        Assert.Equal(
            $"1 image below {files.Root}; skipped: 2 .jp2, 1 .heic (types that are not read).",
            ImageSource.Open(files.Root).Description);
    }

    [Fact]
    public void The_fingerprint_does_not_depend_on_the_place_but_on_names_and_lengths()
    {
        using var copy = new TemporaryImages();
        files.Names("a.jpg", "b/c.jpg");
        copy.Names("a.jpg", "b/c.jpg");
        string before = ImageSource.Open(files.Root).Fingerprint;
        Assert.Matches("^[0-9a-f]{32}$", before);
        Assert.Equal(before, ImageSource.Open(copy.Root).Fingerprint);

        copy.Text("a.jpg", "longer than it was");
        string longer = ImageSource.Open(copy.Root).Fingerprint;
        File.Move(copy.PathOf("a.jpg"), copy.PathOf("d.jpg"));
        string renamed = ImageSource.Open(copy.Root).Fingerprint;
        copy.Names("e.jpg");
        string more = ImageSource.Open(copy.Root).Fingerprint;
        File.Delete(copy.PathOf("e.jpg"));
        File.Delete(copy.PathOf("d.jpg"));
        string fewer = ImageSource.Open(copy.Root).Fingerprint;

        Assert.Equal(5, new[] { before, longer, renamed, more, fewer }.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void A_folder_without_images_says_what_is_there()
    {
        files.Names("a.jp2", "b.j2k", "c.jp2", "d.csv");

        DataException error = Assert.Throws<DataException>(() => ImageSource.Open(files.Root));

        Assert.Equal(
            $"No images below {files.Root}; there is: 2 .jp2, 1 .csv, 1 .j2k. Images are files jpg jpeg jpe jfif png tif tiff webp bmp gif. Pictures of these types cannot be read: convert them to PNG or JPEG.",
            error.Message);
    }

    [Fact]
    public void An_empty_folder_and_one_of_archives_say_so()
    {
        Assert.Contains(
            "there is: no files",
            Assert.Throws<DataException>(() => ImageSource.Open(files.Root)).Message,
            StringComparison.Ordinal);
        files.Names("train.tar.gz");
        Assert.Contains(
            "Unpack archives first",
            Assert.Throws<DataException>(() => ImageSource.Open(files.Root)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_does_not_exist_names_the_nearest_folder_that_does()
    {
        string path = Path.Combine(files.Root, "no", "such", "folder");

        Assert.Equal(
            $"There is no {path}; the nearest folder that exists is {files.Root}.",
            Assert.Throws<DataException>(() => ImageSource.Open(path)).Message);
    }

    [Theory]
    [InlineData("a.jpg", "is one picture: give the folder it lies in")]
    [InlineData("a.zip", "is an archive: unpack it")]
    [InlineData("a.exe", "an unknown kind")]
    public void A_file_instead_of_a_folder_says_what_to_give(string name, string advice)
    {
        files.Names(name);

        Assert.Contains(advice, Assert.Throws<DataException>(() => ImageSource.Open(files.PathOf(name))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_that_cannot_be_read_are_named()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("nothing is unreadable for this user");
            return;
        }

        files.Names("a.jpg", "locked/b.jpg");
        File.SetUnixFileMode(files.PathOf("locked/b.jpg")[..^6], UnixFileMode.None);
        try
        {
            Assert.Equal($"1 image below {files.Root}; 1 folder could not be read: locked.", ImageSource.Open(files.Root).Description);
            File.Delete(files.PathOf("a.jpg"));
            Assert.Contains(
                "could not be read: locked",
                Assert.Throws<DataException>(() => ImageSource.Open(files.Root)).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(
                Path.Combine(files.Root, "locked"),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
