using DenseCL.Data;
using DenseCL.Transfer.Labelled.Masks;

namespace DenseCL.Tests.Transfer.Labelled;

public sealed class ClassListTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("255=1", "0=0 255=1")]                                  // nothing else is class 0, so 0 is
    [InlineData("0=0,255=1", "0=0 255=1")]
    [InlineData("128=0,255=1", "128=0 255=1")]                          // 0 is then no class
    [InlineData("255,0,0=1", "0=0 255,0,0=1")]
    [InlineData("0=0,255,0,0=1,7=ignore", "0=0 255,0,0=1 7=255")]
    [InlineData("#FF0010=1, #000000=0", "0=0 255,0,16=1")]
    [InlineData("#ffffff=1", "0=0 255=1")]                              // white is the number 255
    [InlineData("0=ignore,255=0", "0=255 255=0")]
    [InlineData("", "")]
    public void A_map_is_written_with_numbers_and_colours(string text, string expected) =>
        Assert.Equal(
            expected,
            string.Join(' ', ClassList.Parse(text.Length == 0 ? [] : text.Split(','))
                .Select(entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("256=1", "'256' in '256=1' is no value of a mask: write a number from 0 to 255, or a colour")]
    [InlineData("-1=1", "'-1' in")]
    [InlineData("1,2=1", "'1,2' in '1,2=1' is no value")]
    [InlineData("1,2,300=1", "'1,2,300' in")]
    [InlineData("#ff00=1", "'#ff00' in")]
    [InlineData("red=1", "'red' in")]
    [InlineData("255=255", "'255' in '255=255' is no class: write a number from 0 to 254, or ignore")]
    [InlineData("255=1000", "'1000' in")]
    [InlineData("255=", "'' in '255=' is no class")]
    [InlineData("255", "'255' has no equals sign: write VALUE=CLASS")]
    [InlineData("255=1,0", "'0' has no equals sign")]
    [InlineData("255=1,#ffffff=2", "The value 255 is given a class twice")]
    public void A_map_that_is_not_one_is_refused_with_what_to_write(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => ClassList.Parse([text])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_plain_list_names_the_numbers()
    {
        ClassList list = Read("sky\r\n\n  3-phase motor \n2nd\n")!;
        Assert.Equal(["sky", "3-phase motor", "2nd"], list.Names);
        Assert.Null(list.Values);
        Assert.Null(Read("\n \n"));
    }

    [Fact]
    public void A_list_with_values_says_what_they_are()
    {
        ClassList list = Read("0 good part\n255: scratch\n128,0,0 scratch\n#00ff00\tdent 2\n9 ignore\n64 128 64\tanimal\n7")!;
        Assert.Equal(["good part", "scratch", "dent 2", "animal", "7"], list.Names);
        Assert.Equal(
            "0=0 255=1 128,0,0=1 0,255,0=2 9=255 64,128,64=3 7=4",
            string.Join(' ', list.Values!.Select(entry => $"{entry.Key}={entry.Value}")));
    }

    [Fact]
    public void A_list_that_is_not_one_is_refused_with_the_line()
    {
        Refused("0 good\nscratch\n", "Line 1", "'0 good'", "line 2 ('scratch') does not", "every line", "or none");
        Refused("0 good\n300 scratch\n", "line 2 ('300 scratch') does not");
        Refused("0 good\n255 scratch\n0 dent\n", "Lines 1 and 3", "the value 0");
        Refused(string.Join('\n', Enumerable.Range(0, 256).Select(c => $"name{c}")), "has 256 classes", "1 to 255");
        Refused(string.Join('\n', Enumerable.Range(0, 300).Select(c => $"1,2,{c % 256} n{c}").Take(256).Append("9 another")), "has 257 classes");
        Refused("0 ignore\n255 ignore\n", "has 0 classes");
        Refused("a\n" + new string('x', 201), "Line 2", "201 characters");
        Refused(new string('x', (1 << 20) + 1), "1048577 bytes");
        Assert.Contains("cannot be read", Assert.Throws<DataException>(() => ClassList.Read(folder["none.txt"])).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<DataException>(() => ClassList.Read(folder.Path)).Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains("not a regular file", Assert.Throws<DataException>(() => ClassList.Read("/dev/zero")).Message, StringComparison.Ordinal);
        }
    }

    private ClassList? Read(string text)
    {
        File.WriteAllText(folder["classes.txt"], text);
        return ClassList.Read(folder["classes.txt"]);
    }

    private void Refused(string text, params string[] words)
    {
        string message = Assert.Throws<DataException>(() => Read(text)).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }
}
