using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using DenseCL.Benchmarks.Suites;
using DenseCL.Data;

namespace DenseCL.Benchmarks.Compare;

/// <summary>Ours and the opponent's, in turns: what slows the machine down for a while slows both.</summary>
internal static class Comparison
{
    private const string Plain = "PyTorch, fp32";
    private const string Tuned = "PyTorch, tuned, fp32";
    private const string Current = "PyTorch 2.6, tuned, bf16";
    private const string Libtorchs = "ours without machine code";
    private const string Faster = "times as fast";

    /// <summary>Measures, and writes the table.</summary>
    /// <returns>The exit status.</returns>
    public static int Run(Machine machine, string? data, int rounds, bool suites, string results)
    {
        try
        {
            string load = Report.Load();
            List<Row> rows = [.. Steps(machine, rounds)];
            using (LoaderImages? images = data is null ? null : new LoaderImages(data))
            {
                rows.AddRange(images is null ? [] : Loader(machine, images, rounds));
            }

            rows.Add(Backbone(machine, rounds));
            string[] tables = suites ? Suite.Run("*", quick: true) : [];
            Console.WriteLine(Report.Write(results, machine, rounds, load, data is not null, rows, tables));
            return 0;
        }
        catch (Exception e)
            when (e
                    is DataException
                        or InvalidOperationException
                        or JsonException
                        or IOException
                        or UnauthorizedAccessException
                        or Win32Exception)
        {
            Console.Error.WriteLine($"compare: {e.Message}");
            return 1;
        }
    }

    private static IEnumerable<Row> Steps(Machine machine, int rounds)
    {
        Work large = new("resnet50", 224, 16, 65536), small = new("resnet18", 96, 64, 16384);
        Measurement ours = machine.Step(large, "auto"), mocov2 = machine.Step(large with { Method = "mocov2" }, "auto");
        Measurement single = machine.Step(large, "fp32");
        Measurement without = machine.StepWithoutMachineCode(large, "auto"), singleWithout = machine.StepWithoutMachineCode(large, "fp32");
        Measurement? plain = machine.OpponentStep(large, tuned: false), tuned = machine.OpponentStep(large, tuned: true);
        InTurns(rounds, ours, plain, mocov2, tuned, single, without, singleWithout);
        string name = $"{large}, {ours.Said("precision")}";
        yield return Speed(name, ours, Plain, plain);
        yield return Speed(name, ours, Tuned, tuned);
        yield return Speed($"{large}, fp32", single, Tuned, tuned);
        yield return Speed(name, ours, Libtorchs, without);
        yield return Speed($"{large}, fp32", single, Libtorchs, singleWithout);
        yield return new Row($"{name}: peak memory", ours, Unit.Memory, Plain, plain, "of its memory");
        yield return new Row($"{name}: step of DenseCL / of MoCo-v2", ours, Unit.Seconds, "our MoCo-v2", mocov2, "of its time");

        Measurement oursSmall = machine.Step(small, "auto"), singleSmall = machine.Step(small, "fp32");
        Measurement withoutSmall = machine.StepWithoutMachineCode(small, "auto");
        Measurement singleWithoutSmall = machine.StepWithoutMachineCode(small, "fp32");
        Measurement? plainSmall = machine.OpponentStep(small, tuned: false), tunedSmall = machine.OpponentStep(small, tuned: true);
        Measurement? current = machine.CurrentOpponentStep(small);      // of a ResNet-50 in bfloat16 its oneDNN dies where there is no AMX
        InTurns(rounds, oursSmall, plainSmall, singleSmall, tunedSmall, withoutSmall, singleWithoutSmall, current);
        name = $"{small}, {oursSmall.Said("precision")}";
        yield return Speed(name, oursSmall, Plain, plainSmall);
        yield return Speed(name, oursSmall, Tuned, tunedSmall);
        yield return Speed($"{small}, fp32", singleSmall, Tuned, tunedSmall);
        yield return Speed(name, oursSmall, Current, current);
        yield return Speed(name, oursSmall, Libtorchs, withoutSmall);
        yield return Speed($"{small}, fp32", singleSmall, Libtorchs, singleWithoutSmall);

        static Row Speed(string work, Measurement ours, string opponent, Measurement? other) =>
            new(work, ours, Unit.Seconds, opponent, other, Faster) { OtherByOurs = true };
    }

    private static IEnumerable<Row> Loader(Machine machine, LoaderImages images, int rounds)
    {
        Measurement one = machine.Loader(images.Folder, images.Count, threads: 1),
            two = machine.Loader(images.Folder, images.Count, threads: 2);
        Measurement? pillow = machine.OpponentLoader(images.Folder, images.Count);
        InTurns(rounds, one, pillow, two);
        string name = string.Create(CultureInfo.InvariantCulture, $"two views of 224 px from {images.Count} images");
        const string opponent = "torchvision on Pillow";
        yield return new Row($"{name}, 1 thread", one, Unit.Images, opponent, pillow, Faster);
        yield return new Row($"{name}: decoding alone, 1 thread", one, Unit.Decoded, opponent, pillow, Faster);
        yield return new Row($"{name}: 2 threads / 1 thread", two, Unit.Images, "ours with 1 thread", one, Faster);
    }

    private static Row Backbone(Machine machine, int rounds)
    {
        Measurement backbone = machine.Backbone();
        InTurns(rounds, backbone);
        return new Row(
            $"ResNet-50, 224 px, batch 16, {backbone.Said("precision")}: forward and backward alone",
            backbone,
            Unit.Teraflops,
            "the machine's own product of 4096² matrices",
            backbone,
            "of its speed")
        {
            OtherUnit = Unit.ProductTeraflops,
        };
    }

    private static void InTurns(int rounds, params Measurement?[] measurements)
    {
        for (int round = 0; round < rounds; round++)
        {
            foreach (Measurement measurement in measurements.OfType<Measurement>())
            {
                measurement.Run();
            }
        }
    }
}
