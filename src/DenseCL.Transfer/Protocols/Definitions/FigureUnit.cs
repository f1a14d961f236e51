namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>What the value of a figure counts.</summary>
public enum FigureUnit
{
    /// <summary>A share, 0 … 1; shown in per cent.</summary>
    Share,

    /// <summary>A plain number, such as what a search chose; shown as it is.</summary>
    Number,
}
