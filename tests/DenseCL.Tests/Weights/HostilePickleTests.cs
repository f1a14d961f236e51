using System.Diagnostics;
using DenseCL.Weights;

namespace DenseCL.Tests.Weights;

/// <summary>Pickles that want to run something, or to cost more than they should.</summary>
public sealed class HostilePickleTests
{
    private static readonly Dictionary<string, (Func<PickleBuilder> Pickle, string Message)> Cases = new(StringComparer.Ordinal)
    {
        ["os.system"] = (() => New().Global("os", "system").Text("true").Add([0x85]).Add("R"), "'os.system'"),
        ["builtins.eval"] = (() => New().Global("builtins", "eval").Text("1").Add([0x85]).Add("R"), "'builtins.eval'"),
        ["a name that is only mentioned"] = (() => New().Global("subprocess", "Popen"), "'subprocess.Popen'"),
        ["posix.system by STACK_GLOBAL"] = (
            () => New().Text("posix").Text("system").Add([0x93]).Text("true").Add([0x85]).Add("R"),
            "'posix.system'"),
        ["posix.system by names from the memo"] = (
            () =>
                New()
                    .Text("posix")
                    .Add("q\0" + "0")
                    .Text("system")
                    .Add("q\u0001" + "0")
                    .Add("h\0h\u0001")
                    .Add([0x93])
                    .Text("true")
                    .Add([0x85])
                    .Add("R"),
            "'posix.system'"),
        ["a name through a module that is known"] = (
            () => New().Text("torch").Text("serialization.os.system").Add([0x93]),
            "'torch.serialization.os.system'"),
        ["nested file of torch"] = (
            () => New().Global("torch.storage", "_load_from_bytes").Add("B\0\0\0\0").Add([0x85]).Add("R"),
            "_load_from_bytes"),
        ["sparse tensor"] = (() => New().Global("torch._utils", "_rebuild_sparse_tensor"), "sparse tensors"),
        ["quantised tensor"] = (() => New().Global("torch._utils", "_rebuild_qtensor"), "quantised tensors"),
        ["tensor of another class"] = (() => New().Global("mylib", "MyTensor"), "'mylib.MyTensor'"),
        ["a network"] = (() => New().Global("torchvision.models.resnet", "ResNet"), "'torchvision.models.resnet.ResNet'"),
        ["INST"] = (() => New().Add("(X\u0001\0\0\0aios\nsystem\n"), "INST"),
        ["OBJ"] = (() => New().Add("(").Global("collections", "OrderedDict").Add("o"), "OBJ"),
        ["EXT1"] = (() => New().Add([0x82, 1]), "EXT1"),
        ["EXT2"] = (() => New().Add([0x83, 1, 0]), "EXT2"),
        ["EXT4"] = (() => New().Add([0x84, 1, 0, 0, 0]), "EXT4"),
        ["NEWOBJ_EX"] = (() => New().Global("collections", "OrderedDict").Add(")}").Add([0x92]), "NEWOBJEX"),
        ["NEXT_BUFFER"] = (() => New().Add([0x97]), "NEXTBUFFER"),
        ["PERSID"] = (() => New().Add("Pfile\n"), "PERSID"),
        ["BINPERSID in a pickle alone"] = (() => New().Text("x").Add("Q"), "BINPERSID"),
        ["calling a mark"] = (() => New().Global("numpy", "ndarray").Longs(1).Add([0x85]).Add("R"), "numpy.ndarray"),
        ["calling a text"] = (() => New().Text("os.system").Add(")R"), "a text"),
        ["NEWOBJ of a class that is only a mark"] = (
            () => New().Global("torch.nn.parameter", "Parameter").Add(")").Add([0x81]),
            "Parameter"),
        ["a call within a call within itself"] = (
            () =>
                New()
                    .Global("torch._tensor", "_rebuild_from_type_v2")
                    .Add("(")
                    .Global("torch._tensor", "_rebuild_from_type_v2")
                    .Global("torch", "Tensor")
                    .Add(")NtR"),
            "_rebuild_from_type_v2"),
        ["BUILD on a name"] = (() => New().Global("torch", "Tensor").Add("}b"), "torch.Tensor"),
        ["BUILD on a list"] = (() => New().Add("]}b"), "container"),
        ["a state that is none"] = (() => New().Global("numpy", "dtype").Text("f4").Add([0x85]).Add("R]b"), "state of a numpy type"),
        ["a type that changes"] = (
            () => New().Global("numpy", "dtype").Text("f4").Add([0x85]).Add("R(K\u0003U\u0001<NNNNNt\u0094bh\0b"),
            "state of a numpy type"),
        ["an array that changes"] = (() => New().Array("f4", [1], new byte[4]).Add("q\0N"), "no dictionary"),
        ["an array without content"] = (
            () => New().Global("numpy.core.multiarray", "_reconstruct").Global("numpy", "ndarray").Add(")NtR").Add([]),
            "mark"),
        ["protocol 9"] = (() => New().Add([0x80, 9]), "protocol 9"),
        ["an instruction that is none"] = (() => New().Add([0xFE]), "0xFE"),
        ["nothing on the stack"] = (() => New(), "stack"),
        ["a tuple of nothing"] = (() => New().Add([0x87]), "stack"),
        ["taking below a mark"] = (() => New().Add("K\u0001(a"), "stack"),
        ["no mark"] = (() => New().Add("t"), "mark"),
        ["SETITEMS on a list"] = (() => New().Add("](K\u0001K\u0002u"), "list or dictionary"),
        ["APPEND on a dictionary"] = (() => New().Add("}K\u0001a"), "list or dictionary"),
        ["an entry without a value"] = (() => New().Add("}(K\u0001u"), "without a value"),
        ["a list as key"] = (() => New().Add("}]Ns"), "does not allow"),
        ["a dictionary as key"] = (() => New().Add("}q\0h\0Ns"), "does not allow"),
        ["a tuple of itself as key"] = (() => New().Add("}]q\0").Add([0x85]).Add("q\u0001h\0h\u0001a0h\u0001Ns"), ""),
        ["an object that was not kept"] = (() => New().Add("h\u0007"), "did not keep"),
        ["a number for the memo beyond sense"] = (() => New().Add("Nr\u00ff\u00ff\u00ff\u00ff"), "4294967295"),
        ["a negative number for the memo"] = (() => New().Add("Np-3\n"), "number -3"),
        ["a length beyond the file"] = (() => New().Add("B").Length32(int.MaxValue), "truncated"),
        ["a length of 8 bytes beyond the file"] = (() => New().Add([0x8E]).Length64(long.MaxValue), "truncated"),
        ["a negative length of bytes"] = (() => New().Add([0x8E]).Length64(-1), "negative"),
        ["a negative length of text"] = (() => New().Add([0x8D]).Length64(long.MinValue), "negative"),
        ["a negative length of Python 2's"] = (() => New().Add("T").Length32(-1), "negative"),
        ["a negative frame"] = (() => New().Add([0x95]).Length64(-1), "negative"),
        ["a negative number's length"] = (() => New().Add([0x8B]).Length32(-1), "negative"),
        ["a number of 2 GB"] = (() => New().Add([0x8B]).Length32(int.MaxValue), "limit"),
        ["a number of 100,000 digits"] = (() => New().Add("L").Repeat(100_000, (byte)'7').Add("L\n"), "longer"),
        ["a line without end"] = (() => New().Add("c").Repeat(100_000, (byte)'a'), "longer"),
        ["no UTF-8"] = (() => New().Add("}X\u0001\0\0\0\u00ffNs"), "UTF-8"),
        ["bytes as text with other characters"] = (
            () => New().Global("_codecs", "encode").Text("\u0141").Text("latin1").Add([0x86]).Add("R"),
            "something else"),
        ["another encoding"] = (() => New().Global("_codecs", "encode").Text("a").Text("zip").Add([0x86]).Add("R"), "_codecs.encode"),
        ["a list that holds itself"] = (() => New().Add("]q\0h\0a"), "nested deeper"),
        ["a dictionary that holds itself"] = (() => New().Add("}q\0X\u0001\0\0\0ah\0s"), "nested deeper"),
        ["half a million lists in one another"] = (() => New().Repeat(500_000, (byte)']').Repeat(499_999, (byte)'a'), "nested deeper"),
        ["a million tuples in one another"] = (() => New().Add(")").Repeat(1_000_000, 0x85), "nested deeper"),
        ["ten million tuples in one another"] = (() => New().Add(")").Repeat(10_000_000, 0x85), "more objects"),
        ["a million marks"] = (() => New().Repeat(1_000_000, (byte)'('), "stack"),
        ["a billion laughs"] = (Laughs, "stand for more"),
        ["a billion arrays"] = (Arrays, "more than"),
        ["two million dictionaries"] = (() => New().Add("]").Repeat(2_000_000, (byte)'}', (byte)'a'), ""),
        ["ten million dictionaries"] = (() => New().Add("]").Repeat(10_000_000, (byte)'}', (byte)'a'), "more objects"),
        ["the same long list made a dictionary again and again"] = (Pairs, "more objects"),
        ["keys as long as allowed, as deep as allowed"] = (LongKeys, "longer than"),
        ["one name twice"] = (
            () => New().Add("}(X\u0001\0\0\0" + "1").Array("f4", [1], new byte[4]).Add("K\u0001").Array("f4", [1], new byte[4]).Add("u"),
            "'1'"),
        ["an array of less"] = (() => New().Array("f4", [2], new byte[4]), "8"),
        ["an array of more"] = (() => New().Array("f4", [2], new byte[12]), "12"),
        ["an array with a negative side"] = (() => New().Array("f4", [-1], new byte[4]), "negative"),
        ["an array with an overflow"] = (() => New().Array("f4", [1L << 32, 1L << 32], new byte[4]), "too large"),
        ["an array of nothing with an overflow"] = (() => New().Array("f4", [0, 1L << 32, 1L << 32], []), "too large"),
        ["an array with many sides"] = (() => New().Array("u1", new long[65], []), "limit 64"),
        ["only a number"] = (() => New().Add("K\u0001"), "no dictionary"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys.Where(n => Cases[n].Message.Length > 0)];

    public static TheoryData<string> HarmlessNames => [.. Cases.Keys.Where(n => Cases[n].Message.Length == 0)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_hostile_pickle_is_refused_for_what_it_is(string name)
    {
        string message = Measure(name, path => Assert.Throws<WeightFileException>(() => WeightFile.Open(path).Dispose()).Message);
        Assert.Contains(Cases[name].Message, message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(HarmlessNames))]
    public void A_strange_pickle_costs_little(string name) => Measure(name, path =>
    {
        try
        {
            WeightFile.Open(path).Dispose();
            return "";
        }
        catch (WeightFileException e)
        {
            return e.Message;
        }
    });

    [Fact]
    public void Numbers_with_colliding_hashes_make_a_dictionary_like_any_other()
    {
        // .NET's hash of a long is its halves, xor: all of these have the same.
        PickleBuilder pickle = New().Add("}(");
        for (long i = 0; i < 300_000; i++)
        {
            pickle.Long((i << 32) | i).Add("N");
        }

        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a"], pickle.Add("u").Bytes);
        using WeightFile file = WeightFile.Open(folder["a"]);
        Assert.Empty(file.Keys);
        Assert.InRange(file.Metadata.Count, 1, 1000);
    }

    private static string Measure(string name, Func<string, string> open)
    {
        using TemporaryFolder folder = new();
        string path = folder["hostile.pkl"];
        File.WriteAllBytes(path, Cases[name].Pickle().Bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch time = Stopwatch.StartNew();
        string message = open(path);

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{time.ElapsedMilliseconds} ms, {(GC.GetAllocatedBytesForCurrentThread() - before) >> 20} MB");

        // Memory is what counts; the time is bounded so that quadratic work fails here and a slow machine does not.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 30);
        Assert.InRange(time.Elapsed.TotalSeconds, 0, 20);
        return message;
    }

    private static PickleBuilder New() => new();

    /// <summary>Lists of ten times the list before.</summary>
    private static PickleBuilder Laughs()
    {
        PickleBuilder pickle = New().Add("](NNNNNNNNNNeq\0" + "0");
        for (byte i = 0; i < 40; i++)
        {
            pickle.Add("](").Repeat(10, (byte)'h', i).Add("eq").Add((byte)(i + 1)).Add("0");
        }

        return pickle.Add("h").Add(40);
    }

    private static PickleBuilder Arrays()
    {
        PickleBuilder pickle = New().Array("f4", [1], new byte[4]).Add("q\0" + "0");
        for (byte i = 0; i < 40; i++)
        {
            pickle.Add("](").Repeat(10, (byte)'h', i).Add("eq").Add((byte)(i + 1)).Add("0");
        }

        return pickle.Add("h").Add(40);
    }

    private static PickleBuilder Pairs()
    {
        PickleBuilder pickle = New().Add("](");
        for (int i = 0; i < 10_000; i++)
        {
            pickle.Long(i).Add("N").Add([0x86]);
        }

        pickle.Add("eq\0" + "0").Global("collections", "OrderedDict").Add("q\u0001" + "0](");
        for (int i = 0; i < 10_000; i++)
        {
            pickle.Add("h\u0001h\0").Add([0x85]).Add("R");
        }

        return pickle.Add("e");
    }

    private static PickleBuilder LongKeys()
    {
        PickleBuilder pickle = New().Text(new string('k', 60_000)).Add("q\0" + "0").Array("u1", [1], [1]).Add("q\u0001" + "0");
        for (int i = 0; i < 50; i++)
        {
            pickle.Add("}h\0");
        }

        return pickle.Add("(").Repeat(1000, (byte)'h', 1).Add("l").Repeat(50, (byte)'s');
    }
}
