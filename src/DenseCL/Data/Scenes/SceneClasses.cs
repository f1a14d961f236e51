namespace DenseCL.Data.Scenes;

/// <summary>The classes of the rendered scenes: each is one family of shapes with one family of textures.</summary>
/// <remarks>
/// The textures come in pairs that are easily confused (stripes and zigzag, checks and bricks, dots and rings, marble and cells), in any
/// two colours, orientation and scale. Neither the mean colour nor one oriented filter identifies a class.
/// </remarks>
public static class SceneClasses
{
    private static readonly string[] All =
    [
        "background", "striped disc", "zigzag star", "checked square", "brick cross",
        "dotted triangle", "ringed crescent", "marbled ring", "cellular flower",
    ];

    /// <summary>Number of object classes; masks hold 0 (background) and 1 … this.</summary>
    public const int Count = 8;

    /// <summary>The names, (1 + <see cref="Count"/>): index 0 is the background, the others are the classes.</summary>
    public static IReadOnlyList<string> Names { get; } = All.AsReadOnly();
}
