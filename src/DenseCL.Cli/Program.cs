using System.CommandLine;
using DenseCL.Cli;

RootCommand root = new(
    """
    Dense contrastive learning for .NET: a folder of unlabelled images goes in, a backbone that is worth more for dense prediction comes out.

    Start with:  densecl demo
    Then:        densecl pretrain --images DIR --out RUN
    """)
{
    DemoCommand.Create(),
    PretrainCommand.Create(),
    DataCommand.Create(),
    DoctorCommand.Create(),
};

return Verb.Run(root.Parse(args));
