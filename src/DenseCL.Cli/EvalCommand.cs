using System.CommandLine;

namespace DenseCL.Cli;

/// <summary><c>densecl eval</c>: what a backbone is worth.</summary>
internal static class EvalCommand
{
    public static Command Create() => new("eval", "Measures what a backbone is worth on labelled images.") { EvalSegmentationCommand.Create() };
}
