namespace DenseCL.Transfer.Protocols.Definitions;

/// <summary>The unit of a figure.</summary>
public enum FigureUnit
{
    /// <summary>A share, 0 … 1; shown in per cent.</summary>
    Share,

    /// <summary>A plain number, such as a setting that a search chose; shown as it is.</summary>
    Number,
}
