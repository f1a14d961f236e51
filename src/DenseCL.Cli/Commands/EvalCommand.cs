using System.CommandLine;

namespace DenseCL.Cli.Commands;

/// <summary><c>densecl eval …</c>: what a backbone is worth on labelled images.</summary>
internal static class EvalCommand
{
    public static Command Create() => new("eval", "Measures what a backbone is worth on labelled images. docs/evaluation.md says how.")
    {
        EvalDenseProbeCommand.Create(),
        EvalSegmentationCommand.Create(),
        EvalKnnCommand.Create(),
        EvalLinearCommand.Create(),
        EvalSvmCommand.Create(),
    };
}
