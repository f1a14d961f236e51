using System.CommandLine;
using DenseCL.Cli.Commands;
using DenseCL.Transfer.Protocols;
using Spectre.Console;

namespace DenseCL.Cli;

/// <summary>The command <c>densecl</c>: all verbs.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 160;    // there is no terminal to ask for its width
        }

        return Verb.Run(Root(), args);
    }

    public static RootCommand Root() => new(
        """
        Dense contrastive learning for .NET: a folder of unlabelled images goes in, a backbone that is worth more for dense prediction comes out.

        Start with:  densecl demo
        Then:        densecl pretrain --images DIR --out RUN
        """)
    {
        DemoCommand.Create(),
        PretrainCommand.Create(),
        EvalCommand.Create(),
        EvalCommand.Create(Evaluations.Find("match-score", Evaluations.All)),
        FinetuneCommand.Create(),
        PredictCommand.Create(),
        WatchCommand.Create(),
        ReportCommand.Create(),
        MatchCommand.Create(),
        FeaturesCommand.Create(),
        AblateCommand.Create(Evaluations.All),
        ExportCommand.Create(),
        InspectCommand.Create(),
        DataCommand.Create(),
        BenchCommand.Create(),
        DoctorCommand.Create(),
        CompletionCommand.Create(),
        Verb.LogFormat,
    };
}
