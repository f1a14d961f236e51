using System.Runtime.InteropServices;
using DenseCL.Cli;
using DenseCL.Cli.Display;
using DenseCL.Data;
using static TorchSharp.torch;

namespace DenseCL.Tests.Cli;

public class VerbTests
{
    [Fact]
    public void Memory_that_libtorch_does_not_get_is_no_bug_of_ours()
    {
        ExternalException e = Assert.ThrowsAny<ExternalException>(() => empty([1L << 56], ScalarType.Byte));
        Assert.Contains("not enough memory", Verb.MessageOf(e), StringComparison.Ordinal);
        Assert.Contains("Choose a smaller batch", Verb.MessageOf(new InsufficientMemoryException()), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_errors_of_libtorch_are()
    {
        ExternalException e = Assert.ThrowsAny<ExternalException>(() => zeros(2, 3).mm(zeros(2, 3)));
        Assert.Null(Verb.MessageOf(e));
    }

    [Fact]
    public void A_message_keeps_its_lines_and_letters_and_loses_what_controls_a_terminal()
    {
        Assert.Equal("a\nÄ 猫\uFFFD[2J\uFFFD\uFFFD", Printable.Text("a\nÄ 猫\u001b[2J\r\u009b"));
        Assert.Equal("no \uFFFD]", Verb.MessageOf(new DataException("no \u001b]")));
    }
}
