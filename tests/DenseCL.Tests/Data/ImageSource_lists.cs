using System.Globalization;
using System.Text;
using DenseCL.Data;
using DenseCL.Data.Sources;

namespace DenseCL.Tests.Data;

public sealed class ImageSource_lists : IDisposable
{
    private readonly TemporaryImages files = new();

    public void Dispose() => files.Dispose();

    private static string Message(string path) => Assert.Throws<DataException>(() => ImageSource.Open(path)).Message;

    [Theory]
    [InlineData("some.txt")]
    [InlineData("some.LST")]
    public void A_list_keeps_its_order_and_its_duplicates(string name)
    {
        using var elsewhere = new TemporaryImages();
        files.Names("data/b.jpg", "data/a.jpg", "c.png");
        elsewhere.Names("x.jpg");
        string list = files.Text(
            $"data/{name}",
            $"\uFEFF# chosen by hand\r\nb.jpg\r\n\r\n  a.jpg  \r\n../c.png\r\nb.jpg\r\n{files.PathOf("data/a.jpg")}\r\n{elsewhere.PathOf("x.jpg")}"
        );

        var source = ImageSource.Open(list);

        string far = elsewhere.PathOf("x.jpg").Replace('\\', '/');
        Assert.Equal(["b.jpg", "a.jpg", "../c.png", "b.jpg", "a.jpg", far], source.Entries.Select(e => e.Name));
        Assert.All(source.Entries, e => Assert.True(File.Exists(e.Path)));
        Assert.Equal($"6 images named in {list}.", source.Description);
    }

    [Fact]
    public void Missing_files_are_counted_and_the_first_are_named_with_their_lines()
    {
        files.Names("a.jpg");
        string list = files.Text(
            "list.txt",
            "# head\na.jpg\n"
                + string.Concat(Enumerable.Range(0, 1200).Select(i => string.Create(CultureInfo.InvariantCulture, $"gone{i}.jpg\n"))));

        string message = Message(list);

        Assert.Contains("names 1,200 files that do not exist (line 3: gone0.jpg; line 4: gone1.jpg;", message, StringComparison.Ordinal);
        Assert.DoesNotContain("gone9.jpg", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_of_a_list_is_part_of_the_fingerprint()
    {
        files.Names("a.jpg", "b.jpg");

        Assert.NotEqual(
            ImageSource.Open(files.Text("1.txt", "a.jpg\nb.jpg")).Fingerprint,
            ImageSource.Open(files.Text("2.txt", "b.jpg\na.jpg")).Fingerprint);
    }

    [Fact]
    public void An_empty_list_and_a_binary_one_are_refused()
    {
        Assert.Contains("names no images", Message(files.Text("empty.txt", "# nothing\n\n")), StringComparison.Ordinal);
        Assert.Contains("line 2: not text", Message(files.Text("binary.txt", "# x\n\0\u0001\u0002")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("annotations/instances_train2017.json", "train2017/")]
    [InlineData("annotations/instances_train2017.json", "images/train2017/")]
    [InlineData("annotations/mine.json", "images/")]
    [InlineData("train/_annotations.coco.json", "train/")]
    [InlineData("labels.json", "")]
    public void The_images_of_coco_annotations_are_found_where_tools_put_them(string annotations, string folder)
    {
        files.Names($"{folder}3.jpg", $"{folder}1.jpg", $"{folder}not-listed.jpg");
        string json = files.Text(annotations, """{"images": [{"id": 3, "file_name": "3.jpg"}, {"file_name": "1.jpg", "id": 1}]}""");

        var source = ImageSource.Open(json);

        Assert.Equal(["3.jpg", "1.jpg"], source.Entries.Select(e => e.Name));
        Assert.Equal(Path.GetFullPath(files.PathOf($"{folder}1.jpg")), Path.GetFullPath(source.Entries[1].Path));
        Assert.Contains($"COCO layout, listed in {Path.GetFileName(annotations)}", source.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_names_of_images_are_taken_from_annotations_of_many_blocks()
    {
        string[] names = [.. Enumerable.Range(0, 2000).Select(i => string.Create(CultureInfo.InvariantCulture, $"bild-ä-{i}.jpg"))];
        files.Names([.. names.Select(n => $"images/{n}")]);
        var json = new StringBuilder(
            "\uFEFF{\"info\": {\"file_name\": \"decoy1.jpg\", \"images\": [{\"file_name\": \"decoy2.jpg\"}]},\n \"annotations\": [");
        json.AppendJoin(",", Enumerable.Repeat("{\"file_name\": \"decoy3.jpg\", \"segmentation\": [[1.5, 2.25, 3e2]]}", 3000));
        json.Append("], \"file_name\": \"decoy4.jpg\", \"images\": [");
        json.AppendJoin(
            ",\n",
            names.Select(n =>
                $$"""{"license": {"file_name": "decoy5.jpg"}, "file_name": "{{n.Replace("ä", "\\u00e4", StringComparison.Ordinal)}}", "coco_url": "x"}"""
            ));
        json.Append("], \"categories\": [{\"file_name\": \"decoy6.jpg\"}]}");
        Assert.True(json.Length > 3 << 16);

        Assert.Equal(names, ImageSource.Open(files.Text("all.json", json.ToString())).Entries.Select(e => e.Name));
    }

    [Theory]
    [InlineData("{\"images\": [\n{\"file_name\": \"1.jpg\"},\n  oops]}", "not valid JSON: line 3, byte 3 of the line")]
    [InlineData("{\"images\": [{\"file_name\": \"1.jpg\"}", "not valid JSON: line 1")]
    [InlineData("", "It is empty")]
    [InlineData(" ", "not valid JSON")]
    [InlineData("[{\"file_name\": \"1.jpg\"}]", "lists no images")]
    [InlineData("{\"images\": \"1.jpg\"}", "lists no images")]
    [InlineData("{\"images\": [{\"file_name\": \"../1.jpg\"}]}", "does not lie below")]
    [InlineData("{\"images\": [{\"file_name\": \"/etc/passwd\"}]}", "byte 26: the \"file_name\" \"/etc/passwd\"")]
    [InlineData("{\"images\": [{\"file_name\": \"a\\\\..\\\\..\\\\1.jpg\"}]}", "does not lie below")]
    [InlineData("{\"images\": [{\"file_name\": \"\\ud800.jpg\"}]}", "not valid UTF-8")]
    [InlineData("{\"images\": [{\"file_name\": \"1.jpg\"}, {\"file_name\": \"2.jpg\"}]}", "x.json lists, 1 are not in")]
    [InlineData("{\"images\": [{\"file_name\": \"2.jpg\"}]}", "None of the images")]
    public void Annotations_that_cannot_be_used_say_why_and_where(string json, string reason)
    {
        files.Names("1.jpg");

        string message = Message(files.Text("x.json", json));

        Assert.Contains("x.json", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Annotations_of_endless_depth_are_refused()
    {
        Assert.Contains("not valid JSON", Message(files.Text("deep.json", "{\"x\":" + new string('[', 100_000))), StringComparison.Ordinal);
    }
}
